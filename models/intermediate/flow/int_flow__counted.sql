{%- set first = 'first_' if policy('completion') == 'first' else '' -%}
{%- set outcome = 'items.' ~ first ~ 'outcome' -%}
{%- set completed_date = 'items.' ~ first ~ 'completed_date' -%}
{%- set completed_at = 'items.' ~ first ~ 'completed_at' -%}
{%- if policy('time') == 'working' -%}
    {%- set times = 'working.working_' ~ first -%}
    {%- set elapsed = 'working.' ~ first ~ 'completion_worked_ms - working.start_worked_ms' -%}
{%- else -%}
    {%- set times = 'items.' ~ first -%}
    {%- set elapsed = epoch_milliseconds(completed_at) ~ ' - ' ~ epoch_milliseconds('items.started_at') -%}
{%- endif -%}
with

items as (
    select * from {{ ref('int_flow__items') }}
    where flow_class_id is not null
),

working as (
    select * from {{ ref('int_flow__working_durations') }}
),

-- What a first completion ends, a later start is no part of. What has no outcome counts as not completed.
chosen as (
    select
        items.artifact_id,
        items.flow_class_id,
        {{ outcome }} is null or items.started_at < {{ completed_at }} as is_start_counted,
        items.started_date,
        case when {{ outcome }} is not null then {{ completed_date }} end as completed_date,
        {{ outcome }} as outcome,
        {{ times ~ 'active_ms' }} as active_ms,
        {{ times ~ 'waiting_ms' }} as waiting_ms,
        {{ elapsed }} as elapsed_ms,
        {{ 'items.' ~ first ~ 'estimate' }} as estimate,
        working.calendar_id
    from items
    left join working
        on items.artifact_id = working.artifact_id
),

final as (
    select
        artifact_id,
        flow_class_id,
        case when is_start_counted then started_date end as started_date,
        completed_date,
        outcome,
        completed_date is not null and is_start_counted and started_date is not null as has_start,
        active_ms,
        waiting_ms,
        case
            when completed_date is not null and is_start_counted and started_date is not null
                then {{ 'elapsed_ms' if policy('duration') == 'elapsed' else 'active_ms + waiting_ms' }}
        end as flow_time_ms,
        estimate,
        calendar_id
    from chosen
)

select * from final
