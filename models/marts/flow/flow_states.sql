with

state_days as (
    select * from {{ ref('int_flow__state_days') }}
),

series as (
    select * from {{ ref('int_flow__series') }}
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
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

-- A number spares comparing names.
tool_states as (
    select
        tool_state,
        row_number() over (order by tool_state) as tool_state_number
    from state_days
    group by tool_state
),

class_days as (
    select
        state_days.*,
        tool_states.tool_state_number
    from state_days
    inner join tool_states
        on state_days.tool_state = tool_states.tool_state
),

series_days as (
    select
        class_series.series_number,
        class_days.tool_state_number,
        class_days.moved_date,
        cast(sum(class_days.active_delta) as bigint) as active_delta,
        cast(sum(class_days.waiting_delta) as bigint) as waiting_delta,
        cast(sum(class_days.active_offset_ms) as bigint) as active_offset_ms,
        cast(sum(class_days.waiting_offset_ms) as bigint) as waiting_offset_ms,
        cast(sum(class_days.arrival_count) as bigint) as arrival_count,
        cast(sum(class_days.exit_count) as bigint) as exit_count,
        cast(sum(class_days.stay_ms) as bigint) as stay_ms
    from class_days
    inner join class_series
        on class_days.flow_class_id = class_series.flow_class_id
    group by
        class_series.series_number,
        class_days.tool_state_number,
        class_days.moved_date
),

-- What comes in a period weighs as much as is left of it: from its moment to the end of what is known.
period_sums as (
    select
        series_days.series_number,
        series_days.tool_state_number,
        periods.period_type,
        periods.period_start,
        cast(sum(series_days.active_delta) as bigint) as active_delta,
        cast(sum(series_days.waiting_delta) as bigint) as waiting_delta,
        cast(sum(
            series_days.active_delta
            * ({{ epoch_milliseconds('periods.known_until') }} - {{ epoch_milliseconds('days.starts_at') }})
            - series_days.active_offset_ms
        ) as bigint) as active_ms,
        cast(sum(
            series_days.waiting_delta
            * ({{ epoch_milliseconds('periods.known_until') }} - {{ epoch_milliseconds('days.starts_at') }})
            - series_days.waiting_offset_ms
        ) as bigint) as waiting_ms,
        cast(sum(series_days.arrival_count) as bigint) as arrival_count,
        cast(sum(series_days.exit_count) as bigint) as exit_count,
        cast(sum(series_days.stay_ms) as bigint) as stay_ms
    from series_days
    inner join days
        on series_days.moved_date = days.calendar_date
    inner join period_days
        on series_days.moved_date = period_days.calendar_date
    inner join periods
        on
            period_days.period_type = periods.period_type
            and period_days.period_start = periods.period_start
    group by
        series_days.series_number,
        series_days.tool_state_number,
        periods.period_type,
        periods.period_start
),

states as (
    select distinct
        series_number,
        tool_state_number
    from period_sums
),

spine as (
    select
        states.series_number,
        states.tool_state_number,
        periods.period_type,
        periods.period_start,
        {{ epoch_milliseconds('periods.known_until') }}
        - {{ epoch_milliseconds('periods.starts_at') }} as elapsed_ms
    from states
    inner join series
        on states.series_number = series.series_number
    inner join periods
        on series.first_date < periods.period_end
),

running as (
    select
        spine.series_number,
        spine.tool_state_number,
        spine.period_type,
        spine.period_start,
        spine.elapsed_ms,
        coalesce(sums.active_delta, 0) as active_delta,
        coalesce(sums.waiting_delta, 0) as waiting_delta,
        coalesce(sums.active_ms, 0) as added_active_ms,
        coalesce(sums.waiting_ms, 0) as added_waiting_ms,
        coalesce(sums.arrival_count, 0) as arrival_count,
        coalesce(sums.exit_count, 0) as exit_count,
        coalesce(sums.stay_ms, 0) as stay_ms,
        sum(coalesce(sums.active_delta, 0)) over state_order as active_load,
        sum(coalesce(sums.waiting_delta, 0)) over state_order as waiting_load
    from spine
    left join period_sums as sums
        on
            {{ same_series_period('spine', 'sums') }}
            and spine.tool_state_number = sums.tool_state_number
    window state_order as (
        partition by spine.series_number, spine.tool_state_number, spine.period_type
        order by spine.period_start
        rows between unbounded preceding and current row
    )
),

spent as (
    select
        *,
        (active_load - active_delta) * elapsed_ms + added_active_ms as active_ms,
        (waiting_load - waiting_delta) * elapsed_ms + added_waiting_ms as waiting_ms
    from running
),

totals as (
    select
        series_number,
        period_type,
        period_start,
        sum(active_ms + waiting_ms) as total_ms
    from spent
    group by
        series_number,
        period_type,
        period_start
),

shares as (
    select
        spent.*,
        cast(spent.active_ms + spent.waiting_ms as double) / nullif(totals.total_ms, 0) as share
    from spent
    inner join totals
        on {{ same_series_period('spent', 'totals') }}
),

changes as (
    select
        *,
        share - lag(share) over (
            partition by series_number, tool_state_number, period_type
            order by period_start
        ) as share_change
    from shares
),

-- A state in which nothing was and nothing happened has no row.
final as (
    select
        series.scope_type,
        series.scope_id,
        changes.period_type,
        changes.period_start,
        periods.period_end,
        periods.is_complete,
        series.flow_level,
        series.flow_item,
        tool_states.tool_state,
        {{ seconds('changes.active_ms') }} as active_seconds,
        {{ seconds('changes.waiting_ms') }} as waiting_seconds,
        changes.share,
        changes.share_change,
        cast(changes.arrival_count as bigint) as arrivals,
        cast(changes.exit_count as bigint) as exits,
        {{ seconds('changes.stay_ms') }} / nullif(changes.exit_count, 0) as mean_stay_seconds,
        cast(changes.active_load + changes.waiting_load as bigint) as load_end
    from changes
    inner join series
        on changes.series_number = series.series_number
    inner join tool_states
        on changes.tool_state_number = tool_states.tool_state_number
    inner join periods
        on
            changes.period_type = periods.period_type
            and changes.period_start = periods.period_start
    where
        changes.active_ms + changes.waiting_ms > 0
        or changes.arrival_count > 0
        or changes.exit_count > 0
        or changes.active_load + changes.waiting_load > 0
)

select * from final
