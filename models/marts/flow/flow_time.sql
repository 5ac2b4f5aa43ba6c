with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

completions as (
    select * from {{ ref('int_flow__completions') }}
    where {{ is_counted('outcome') }} and flow_time_ms is not null
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
        count(*) as item_count,
        sum(completions.flow_time_ms) as total_ms,
        percentile_cont(0.5) within group (order by completions.flow_time_ms) as p50_ms,
        percentile_cont(0.85) within group (order by completions.flow_time_ms) as p85_ms,
        percentile_cont(0.95) within group (order by completions.flow_time_ms) as p95_ms
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
        cast(times.total_ms as double) / times.item_count / 1000 as flow_time_avg_seconds,
        times.p50_ms / 1000 as flow_time_p50_seconds,
        times.p85_ms / 1000 as flow_time_p85_seconds,
        times.p95_ms / 1000 as flow_time_p95_seconds,
        cast(coalesce(times.item_count, 0) as bigint) as flow_time_item_count
    from spine
    left join times
        on {{ same_period('spine', 'times') }}
)

select * from final
