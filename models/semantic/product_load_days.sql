with

final as (
    select
        product_id,
        period_start as calendar_date,
        flow_level,
        flow_item,
        load_end,
        load_avg
    from {{ ref('product_flow_metrics') }}
    where
        period_type = 'day'
        and {{ is_flow_item('flow_item') }}
)

select * from final
