with

items as (
    select
        items.*,
        case
            when items.work_age_seconds is not null then 'load'
            when items.outcome = 'delivered' and items.completed_date >= clock.recent_from then 'velocity'
        end as figure
    from {{ ref('fct_flow_items') }} as items
    cross join {{ ref('build_settings') }} as clock
),

intervals as (
    select * from {{ ref('fct_flow_item_states') }}
),

states as (
    select
        artifact_id,
        bool_or(state_mapping_source = 'tool_category') as rests_on_tool_category,
        bool_or(state_mapping_source = 'unmapped') as rests_on_unmapped_state,
        bool_or(left_at is not null and duration_seconds < 60) as has_short_interval
    from intervals
    group by artifact_id
),

-- A flag, a new type or a move within one tool state does not end the stay in it.
arrivals as (
    select
        intervals.artifact_id,
        intervals.interval_number,
        intervals.entered_at,
        intervals.left_at,
        coalesce(
            intervals.tool_state != lag(intervals.tool_state) over (
                partition by intervals.artifact_id
                order by intervals.interval_number
            ),
            true
        ) as is_arrival
    from intervals
    inner join states
        on intervals.artifact_id = states.artifact_id
    where states.has_short_interval
),

numbered as (
    select
        *,
        count(case when is_arrival then 1 end) over (
            partition by artifact_id
            order by interval_number
        ) as stay_number
    from arrivals
),

short_stays as (
    select
        artifact_id,
        stay_number
    from numbered
    group by
        artifact_id,
        stay_number
    having
        count(*) = count(left_at)
        and {{ epoch_milliseconds('max(left_at)') }} - {{ epoch_milliseconds('min(entered_at)') }} < 60000
),

clicked_through as (
    select distinct artifact_id
    from short_stays
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

counts as (
    select
        memberships.scope_type,
        memberships.scope_id,
        items.figure,
        count(*) as item_count,
        count(*) filter (where states.rests_on_unmapped_state) as unmapped_state_count,
        count(*) filter (where states.rests_on_tool_category) as tool_category_count,
        count(*) filter (where items.has_inferred_changes) as inferred_count,
        count(*) filter (where items.has_observed_changes) as observed_count,
        count(*) filter (where items.skipped_work) as skipped_work_count,
        count(*) filter (where items.has_history_gap) as history_gap_count,
        count(*) filter (where clicked_through.artifact_id is not null) as short_stay_count
    from items
    inner join states
        on items.artifact_id = states.artifact_id
    left join clicked_through
        on items.artifact_id = clicked_through.artifact_id
    inner join memberships
        on
            items.product_id = memberships.product_id
            and coalesce(items.team_id, '') = memberships.team_key
    where items.figure is not null
    group by
        memberships.scope_type,
        memberships.scope_id,
        items.figure
),

final as (
    select
        *,
        {% for flaw in [
            'unmapped_state', 'tool_category', 'inferred', 'observed', 'skipped_work', 'history_gap', 'short_stay'
        ] -%}
            (1 - cast({{ flaw }}_count as double) / item_count){{ ' * ' if not loop.last }}
        {%- endfor %} as trust_score
    from counts
)

select
    scope_type,
    scope_id,
    figure,
    item_count,
    unmapped_state_count,
    tool_category_count,
    inferred_count,
    observed_count,
    skipped_work_count,
    history_gap_count,
    short_stay_count,
    trust_score
from final
