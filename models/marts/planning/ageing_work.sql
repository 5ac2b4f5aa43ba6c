{%- set compared_age = 'age' if policy('duration') == 'elapsed' else 'work_age' -%}
{%- if policy('time') == 'working' -%}
    {%- set compared_age = 'working_' ~ compared_age -%}
{%- endif -%}
with

items as (
    select * from {{ ref('fct_flow_items') }}
    where work_age_seconds is not null
),

current_states as (
    select * from {{ ref('fct_flow_item_states') }}
    where is_current
),

activity as (
    select
        artifact_id,
        max(occurred_at) as last_activity_at
    from {{ ref('fct_artifact_activity') }}
    group by artifact_id
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

past as (
    select * from {{ ref('flow_time_recent') }}
    where flow_item = 'all'
),

open_items as (
    select
        items.artifact_id,
        items.product_id,
        coalesce(items.team_id, '') as team_key,
        items.flow_level,
        items.flow_item,
        items.tool_state,
        items.abstract_state,
        current_states.is_blocked,
        items.age_seconds,
        items.work_age_seconds,
        -- Measured as flow time is by the policies of the build, so that the two can be compared.
        items.{{ compared_age }}_seconds as compared_age_seconds,
        items.blocked_seconds,
        current_states.duration_seconds as state_age_seconds,
        activity.last_activity_at,
        {{ seconds(epoch_milliseconds(as_of()) ~ ' - ' ~ epoch_milliseconds('activity.last_activity_at')) }}
            as idle_seconds
    from items
    inner join current_states
        on items.artifact_id = current_states.artifact_id
    inner join activity
        on items.artifact_id = activity.artifact_id
),

final as (
    select
        memberships.scope_type,
        memberships.scope_id,
        open_items.artifact_id,
        open_items.flow_level,
        open_items.flow_item,
        open_items.tool_state,
        open_items.abstract_state,
        open_items.is_blocked,
        open_items.age_seconds,
        open_items.work_age_seconds,
        open_items.compared_age_seconds,
        open_items.blocked_seconds,
        open_items.state_age_seconds,
        open_items.last_activity_at,
        open_items.idle_seconds,
        open_items.idle_seconds >= 30 * 86400 as is_neglected,
        case
            when past.flow_time_item_count is null or open_items.compared_age_seconds is null then null
            when open_items.compared_age_seconds <= past.flow_time_p50_seconds then 'within_p50'
            when open_items.compared_age_seconds <= past.flow_time_p85_seconds then 'within_p85'
            when open_items.compared_age_seconds <= past.flow_time_p95_seconds then 'within_p95'
            else 'beyond_p95'
        end as age_band,
        cast(coalesce(past.flow_time_item_count, 0) as bigint) as flow_time_item_count
    from open_items
    inner join memberships
        on
            open_items.product_id = memberships.product_id
            and open_items.team_key = memberships.team_key
    left join past
        on
            memberships.scope_type = past.scope_type
            and memberships.scope_id = past.scope_id
            and open_items.flow_level = past.flow_level
)

select * from final
