with

completions as (
    select * from {{ ref('int_flow__counted') }}
    where outcome = 'delivered' and flow_time_ms is not null
),

series as (
    select * from {{ ref('int_flow__series') }}
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
),

clock as (
    select * from {{ ref('build_settings') }}
),

recent as (
    select
        class_series.series_number,
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
    inner join class_series
        on completions.flow_class_id = class_series.flow_class_id
    group by class_series.series_number
),

final as (
    select
        series.scope_type,
        series.scope_id,
        series.flow_level,
        series.flow_item,
        recent.delivered_from,
        recent.flow_time_p50_seconds,
        recent.flow_time_p85_seconds,
        recent.flow_time_p95_seconds,
        recent.flow_time_item_count
    from recent
    inner join series
        on recent.series_number = series.series_number
)

select * from final
