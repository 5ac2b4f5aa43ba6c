with

final as (
    select period_start as calendar_date
    from {{ ref('dim_periods') }}
    where period_type = 'day'
)

select * from final
