with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

load_days as (
    select * from {{ ref('int_flow__load_days') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

periods as (
    select
        period_type,
        period_start,
        starts_at,
        least(ends_at, {{ as_of() }}) as known_until
    from {{ ref('dim_periods') }}
),

-- A day at a time: there are far fewer days than steps, and each day is in several periods. A step weighs
-- as much as it lasts: to its date's midnight there, and here from then to the end of what is known of the
-- period.
period_steps as (
    select
        load_days.series_number,
        periods.period_type,
        periods.period_start,
        cast(sum(load_days.delta) as bigint) as delta,
        sum(
            load_days.weighted_ms
            + load_days.delta
            * (
                {{ epoch_milliseconds('periods.known_until') }}
                - {{ epoch_milliseconds('cast(load_days.moved_date as timestamp)') }}
            )
        ) as weighted_ms,
        max(load_days.highest_load) as highest_load,
        bool_or(load_days.first_moved_at = periods.starts_at) as has_step_at_start
    from load_days
    inner join period_days
        on load_days.moved_date = period_days.calendar_date
    inner join periods
        on
            period_days.period_type = periods.period_type
            and period_days.period_start = periods.period_start
    group by
        load_days.series_number,
        periods.period_type,
        periods.period_start
),

running as (
    select
        spine.scope_type,
        spine.scope_id,
        spine.period_type,
        spine.period_start,
        spine.period_end,
        spine.is_complete,
        spine.flow_level,
        spine.flow_item,
        {{ epoch_milliseconds('least(spine.ends_at, ' ~ as_of() ~ ')') }}
        - {{ epoch_milliseconds('spine.starts_at') }} as elapsed_ms,
        coalesce(period_steps.delta, 0) as delta,
        coalesce(period_steps.weighted_ms, 0) as weighted_ms,
        period_steps.highest_load,
        coalesce(period_steps.has_step_at_start, false) as has_step_at_start,
        sum(coalesce(period_steps.delta, 0)) over (
            partition by spine.series_number, spine.period_type
            order by spine.period_start
            rows between unbounded preceding and current row
        ) as load_end
    from spine
    left join period_steps
        on {{ same_series_period('spine', 'period_steps') }}
),

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
        cast(load_end as bigint) as load_end,
        -- A period of which nothing has passed yet has the load of its first moment.
        case
            when elapsed_ms = 0 then cast(load_end as double)
            else load_end - delta + cast(weighted_ms as double) / elapsed_ms
        end as load_avg,
        cast(
            case
                when has_step_at_start then highest_load
                else greatest(load_end - delta, coalesce(highest_load, load_end - delta))
            end as bigint
        ) as load_max
    from running
)

select * from final
