with

metrics as (
    select * from {{ ref('flow_metrics') }}
    where scope_type = 'product'
),

products as (
    select * from {{ ref('dim_products') }}
),

final as (
    select
        metrics.scope_id as product_id,
        products.product_name,
        products.value_stream_id,
        metrics.period_type,
        metrics.period_start,
        metrics.period_end,
        metrics.is_complete,
        metrics.flow_level,
        metrics.flow_item,
        metrics.velocity,
        metrics.cancelled_count,
        metrics.arrivals,
        metrics.net_flow,
        metrics.delivered_estimate,
        metrics.share,
        metrics.flow_time_avg_seconds,
        metrics.flow_time_p50_seconds,
        metrics.flow_time_p85_seconds,
        metrics.flow_time_p95_seconds,
        metrics.flow_time_item_count,
        metrics.flow_efficiency,
        metrics.flow_efficiency_item_median,
        metrics.active_seconds,
        metrics.waiting_seconds,
        metrics.load_end,
        metrics.load_avg,
        metrics.load_max
    from metrics
    left join products
        on metrics.scope_id = products.product_id
)

select * from final
