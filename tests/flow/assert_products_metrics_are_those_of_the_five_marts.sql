-- product_flow_metrics has the product rows of the five marts, no more and no fewer, with their figures.
{%- set figures = {
    'flow_velocity': ['velocity', 'cancelled_count', 'arrivals', 'net_flow'],
    'flow_distribution': ['share'],
    'flow_time': [
        'flow_time_avg_seconds', 'flow_time_p50_seconds', 'flow_time_p85_seconds', 'flow_time_p95_seconds',
        'flow_time_item_count',
    ],
    'flow_efficiency': ['flow_efficiency', 'flow_efficiency_item_median', 'active_seconds', 'waiting_seconds'],
    'flow_load': ['load_end', 'load_avg', 'load_max'],
} %}
with

products as (
    select
        'product' as scope_type,
        product_id as scope_id,
        *
    from {{ ref('product_flow_metrics') }}
)

{% for mart, columns in figures.items() -%}
    select
        '{{ mart }}' as mart,
        products.product_id,
        products.period_type,
        products.period_start,
        products.flow_level,
        products.flow_item
    from products
    full outer join {{ ref(mart) }} as metrics
        on {{ same_period('products', 'metrics') }}
    where
        coalesce(metrics.scope_type, 'product') = 'product'
        and (
            products.scope_id is null
            or metrics.scope_id is null
            {%- for column in columns %}
                or products.{{ column }} is distinct from metrics.{{ column }}
            {%- endfor %}
        )
    {{ 'union all' if not loop.last }}
{% endfor %}
