with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

daily_counts as (
    select * from {{ ref('int_flow__daily_counts') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

counts as (
    select
        daily_counts.series_number,
        period_days.period_type,
        period_days.period_start,
        sum(daily_counts.counted_count) as counted_count,
        sum(daily_counts.cancelled_count) as cancelled_count,
        sum(daily_counts.started_completion_count) as started_completion_count,
        sum(daily_counts.arrival_count) as arrival_count,
        sum(daily_counts.counted_estimate) as counted_estimate
    from daily_counts
    inner join period_days
        on daily_counts.calendar_date = period_days.calendar_date
    group by
        daily_counts.series_number,
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
        cast(coalesce(counts.counted_count, 0) as bigint) as velocity,
        cast(coalesce(counts.cancelled_count, 0) as bigint) as cancelled_count,
        cast(coalesce(counts.arrival_count, 0) as bigint) as arrivals,
        cast(
            coalesce(counts.arrival_count, 0) - coalesce(counts.started_completion_count, 0) as bigint
        ) as net_flow,
        cast(coalesce(counts.counted_estimate, 0) as double) as delivered_estimate
    from spine
    left join counts
        on {{ same_series_period('spine', 'counts') }}
)

select * from final
