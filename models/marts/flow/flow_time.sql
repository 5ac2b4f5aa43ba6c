with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

completion_days as (
    select * from {{ ref('int_flow__completion_days') }}
    where flow_time_item_count > 0
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

times as (
    select
        completion_days.series_number,
        period_days.period_type,
        period_days.period_start,
        sum(completion_days.flow_time_item_count) as item_count,
        sum(completion_days.flow_time_ms) as total_ms,
        {{ percentiles_of_lists('completion_days.flow_times_ms', [0.5, 0.85, 0.95]) }} as percentiles_ms
    from completion_days
    inner join period_days
        on completion_days.completed_date = period_days.calendar_date
    group by
        completion_days.series_number,
        period_days.period_type,
        period_days.period_start
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
        {{ list_element('times.percentiles_ms', 1) }} / 1000 as flow_time_p50_seconds,
        {{ list_element('times.percentiles_ms', 2) }} / 1000 as flow_time_p85_seconds,
        {{ list_element('times.percentiles_ms', 3) }} / 1000 as flow_time_p95_seconds,
        cast(coalesce(times.item_count, 0) as bigint) as flow_time_item_count
    from spine
    left join times
        on {{ same_series_period('spine', 'times') }}
)

select * from final
