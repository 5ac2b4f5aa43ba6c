with

series as (
    select * from {{ ref('int_flow__series') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

final as (
    select
        series.series_number,
        series.scope_type,
        series.scope_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.starts_at,
        periods.ends_at,
        periods.is_complete,
        series.flow_level,
        series.flow_item
    from series
    inner join periods
        on series.first_date < periods.period_end
)

select * from final
