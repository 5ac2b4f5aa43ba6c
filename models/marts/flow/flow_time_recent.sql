with

completions as (
    select * from {{ ref('int_flow__completions') }}
    where outcome = 'delivered' and flow_time_ms is not null
),

clock as (
    select * from {{ ref('build_settings') }}
),

final as (
    select
        completions.scope_type,
        completions.scope_id,
        completions.flow_level,
        case when grouping(completions.flow_item) = 1 then 'all' else completions.flow_item end as flow_item,
        min(clock.recent_from) as delivered_from,
        percentile_cont(0.5) within group (order by completions.flow_time_ms) / 1000
            as flow_time_p50_seconds,
        percentile_cont(0.85) within group (order by completions.flow_time_ms) / 1000
            as flow_time_p85_seconds,
        percentile_cont(0.95) within group (order by completions.flow_time_ms) / 1000
            as flow_time_p95_seconds,
        count(*) as flow_time_item_count
    from completions
    inner join clock
        on completions.completed_date >= clock.recent_from
    group by
        completions.scope_type,
        completions.scope_id,
        completions.flow_level,
        rollup(completions.flow_item)
)

select * from final
