with

items as (
    select * from {{ ref('int_flow__counted') }}
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
),

completions as (
    select
        flow_class_id,
        completed_date as calendar_date,
        count(*) filter (where {{ is_counted('outcome') }}) as counted_count,
        count(*) filter (where outcome = 'cancelled') as cancelled_count,
        count(*) filter (where has_start) as started_completion_count,
        sum(estimate) filter (where {{ is_counted('outcome') }}) as counted_estimate,
        0 as arrival_count
    from items
    where completed_date is not null
    group by
        flow_class_id,
        completed_date
),

arrivals as (
    select
        flow_class_id,
        started_date as calendar_date,
        0 as counted_count,
        0 as cancelled_count,
        0 as started_completion_count,
        0 as counted_estimate,
        count(*) as arrival_count
    from items
    where started_date is not null
    group by
        flow_class_id,
        started_date
),

events as (
    select * from completions
    union all
    select * from arrivals
),

final as (
    select
        class_series.series_number,
        events.calendar_date,
        cast(sum(events.counted_count) as bigint) as counted_count,
        cast(sum(events.cancelled_count) as bigint) as cancelled_count,
        cast(sum(events.started_completion_count) as bigint) as started_completion_count,
        cast(sum(events.arrival_count) as bigint) as arrival_count,
        coalesce(sum(events.counted_estimate), 0) as counted_estimate
    from events
    inner join class_series
        on events.flow_class_id = class_series.flow_class_id
    group by
        class_series.series_number,
        events.calendar_date
)

select * from final
