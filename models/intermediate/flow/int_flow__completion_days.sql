with

completions as (
    select
        *,
        cast(active_ms as double) / nullif(active_ms + waiting_ms, 0) as flow_efficiency
    from {{ ref('int_flow__counted') }}
    where completed_date is not null and {{ is_counted('outcome') }}
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
),

-- Percentiles need every item's figure: a list for each day, which longer periods put together.
final as (
    select
        class_series.series_number,
        completions.completed_date,
        count(completions.flow_time_ms) as flow_time_item_count,
        cast(coalesce(sum(completions.flow_time_ms), 0) as bigint) as flow_time_ms,
        cast(sum(completions.active_ms) as bigint) as active_ms,
        cast(sum(completions.waiting_ms) as bigint) as waiting_ms,
        {{ listed('cast(completions.flow_time_ms as double)') }} as flow_times_ms,
        {{ listed('completions.flow_efficiency') }} as flow_efficiencies
    from completions
    inner join class_series
        on completions.flow_class_id = class_series.flow_class_id
    group by
        class_series.series_number,
        completions.completed_date
)

select * from final
