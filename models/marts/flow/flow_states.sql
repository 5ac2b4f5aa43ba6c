with

state_days as (
    select * from {{ ref('int_flow__state_days') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

levels as (
    select * from {{ ref('int_scopes__levels') }}
),

days as (
    select * from {{ ref('int_calendars__days') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
    where period_type != 'day'
),

periods as (
    select
        *,
        least(ends_at, {{ as_of() }}) as known_until
    from {{ ref('dim_periods') }}
    where period_type != 'day'
),

scoped as (
    select
        memberships.scope_type,
        memberships.scope_id,
        state_days.flow_level,
        case when grouping(state_days.flow_item) = 1 then 'all' else state_days.flow_item end as flow_item,
        state_days.tool_state,
        state_days.moved_date,
        sum(state_days.active_delta) as active_delta,
        sum(state_days.waiting_delta) as waiting_delta,
        sum(state_days.active_offset_ms) as active_offset_ms,
        sum(state_days.waiting_offset_ms) as waiting_offset_ms,
        sum(state_days.arrival_count) as arrival_count,
        sum(state_days.exit_count) as exit_count,
        sum(state_days.stay_ms) as stay_ms
    from state_days
    inner join memberships
        on
            state_days.product_id = memberships.product_id
            and state_days.team_key = memberships.team_key
    group by
        memberships.scope_type,
        memberships.scope_id,
        state_days.flow_level,
        state_days.tool_state,
        state_days.moved_date,
        rollup(state_days.flow_item)
),

-- What comes in a period weighs as much as is left of it: from its moment to the end of what is known.
period_sums as (
    select
        scoped.scope_type,
        scoped.scope_id,
        periods.period_type,
        periods.period_start,
        scoped.flow_level,
        scoped.flow_item,
        scoped.tool_state,
        sum(scoped.active_delta) as active_delta,
        sum(scoped.waiting_delta) as waiting_delta,
        sum(
            scoped.active_delta
            * ({{ epoch_milliseconds('periods.known_until') }} - {{ epoch_milliseconds('days.starts_at') }})
            - scoped.active_offset_ms
        ) as active_ms,
        sum(
            scoped.waiting_delta
            * ({{ epoch_milliseconds('periods.known_until') }} - {{ epoch_milliseconds('days.starts_at') }})
            - scoped.waiting_offset_ms
        ) as waiting_ms,
        sum(scoped.arrival_count) as arrival_count,
        sum(scoped.exit_count) as exit_count,
        sum(scoped.stay_ms) as stay_ms
    from scoped
    inner join days
        on scoped.moved_date = days.calendar_date
    inner join period_days
        on scoped.moved_date = period_days.calendar_date
    inner join periods
        on
            period_days.period_type = periods.period_type
            and period_days.period_start = periods.period_start
    group by
        scoped.scope_type,
        scoped.scope_id,
        periods.period_type,
        periods.period_start,
        scoped.flow_level,
        scoped.flow_item,
        scoped.tool_state
),

series as (
    select distinct
        scope_type,
        scope_id,
        flow_level,
        flow_item,
        tool_state
    from period_sums
),

spine as (
    select
        series.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        {{ epoch_milliseconds('periods.known_until') }}
        - {{ epoch_milliseconds('periods.starts_at') }} as elapsed_ms
    from series
    inner join levels
        on
            series.scope_type = levels.scope_type
            and series.scope_id = levels.scope_id
            and series.flow_level = levels.flow_level
    inner join periods
        on levels.first_date < periods.period_end
),

running as (
    select
        spine.*,
        coalesce(sums.active_delta, 0) as active_delta,
        coalesce(sums.waiting_delta, 0) as waiting_delta,
        coalesce(sums.active_ms, 0) as added_active_ms,
        coalesce(sums.waiting_ms, 0) as added_waiting_ms,
        coalesce(sums.arrival_count, 0) as arrival_count,
        coalesce(sums.exit_count, 0) as exit_count,
        coalesce(sums.stay_ms, 0) as stay_ms,
        sum(coalesce(sums.active_delta, 0)) over series_order as active_load,
        sum(coalesce(sums.waiting_delta, 0)) over series_order as waiting_load
    from spine
    left join period_sums as sums
        on
            {{ same_period('spine', 'sums') }}
            and spine.tool_state = sums.tool_state
    window series_order as (
        partition by
            spine.scope_type, spine.scope_id, spine.period_type, spine.flow_level, spine.flow_item,
            spine.tool_state
        order by spine.period_start
    )
),

spent as (
    select
        *,
        (active_load - active_delta) * elapsed_ms + added_active_ms as active_ms,
        (waiting_load - waiting_delta) * elapsed_ms + added_waiting_ms as waiting_ms
    from running
),

shares as (
    select
        *,
        cast(active_ms + waiting_ms as double) / nullif(sum(active_ms + waiting_ms) over (
            partition by scope_type, scope_id, period_type, period_start, flow_level, flow_item
        ), 0) as share
    from spent
),

changes as (
    select
        *,
        share - lag(share) over (
            partition by scope_type, scope_id, period_type, flow_level, flow_item, tool_state
            order by period_start
        ) as share_change
    from shares
),

-- A state in which nothing was and nothing happened has no row.
final as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        flow_level,
        flow_item,
        tool_state,
        {{ seconds('active_ms') }} as active_seconds,
        {{ seconds('waiting_ms') }} as waiting_seconds,
        share,
        share_change,
        cast(arrival_count as bigint) as arrivals,
        cast(exit_count as bigint) as exits,
        {{ seconds('stay_ms') }} / nullif(exit_count, 0) as mean_stay_seconds,
        cast(active_load + waiting_load as bigint) as load_end
    from changes
    where
        active_ms + waiting_ms > 0
        or arrival_count > 0
        or exit_count > 0
        or active_load + waiting_load > 0
)

select * from final
