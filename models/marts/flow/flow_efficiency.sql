with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

completions as (
    select * from {{ ref('int_flow__completions') }}
    where {{ is_counted('outcome') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

times as (
    select
        completions.scope_type,
        completions.scope_id,
        period_days.period_type,
        period_days.period_start,
        completions.flow_level,
        case when grouping(completions.flow_item) = 1 then 'all' else completions.flow_item end as flow_item,
        sum(completions.active_ms) as active_ms,
        sum(completions.waiting_ms) as waiting_ms,
        percentile_cont(0.5) within group (
            order by
                cast(completions.active_ms as double)
                / nullif(completions.active_ms + completions.waiting_ms, 0)
        ) as item_median
    from completions
    inner join period_days
        on completions.completed_date = period_days.calendar_date
    group by
        completions.scope_type,
        completions.scope_id,
        period_days.period_type,
        period_days.period_start,
        completions.flow_level,
        rollup(completions.flow_item)
),

final as (
    select
        spine.scope_type,
        spine.scope_id,
        spine.period_type,
        spine.period_start,
        spine.period_end,
        spine.is_complete,
        spine.flow_level,
        spine.flow_item,
        cast(times.active_ms as double) / nullif(times.active_ms + times.waiting_ms, 0) as flow_efficiency,
        times.item_median as flow_efficiency_item_median,
        cast(coalesce(times.active_ms, 0) as double) / 1000 as active_seconds,
        cast(coalesce(times.waiting_ms, 0) as double) / 1000 as waiting_seconds
    from spine
    left join times
        on {{ same_period('spine', 'times') }}
)

select * from final
