with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

completion_days as (
    select * from {{ ref('int_flow__completion_days') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

times as (
    select
        completion_days.series_number,
        period_days.period_type,
        period_days.period_start,
        sum(completion_days.active_ms) as active_ms,
        sum(completion_days.waiting_ms) as waiting_ms,
        {{ percentiles_of_lists('completion_days.flow_efficiencies', [0.5]) }} as item_medians
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
        cast(times.active_ms as double) / nullif(times.active_ms + times.waiting_ms, 0) as flow_efficiency,
        {{ list_element('times.item_medians', 1) }} as flow_efficiency_item_median,
        cast(coalesce(times.active_ms, 0) as double) / 1000 as active_seconds,
        cast(coalesce(times.waiting_ms, 0) as double) / 1000 as waiting_seconds
    from spine
    left join times
        on {{ same_series_period('spine', 'times') }}
)

select * from final
