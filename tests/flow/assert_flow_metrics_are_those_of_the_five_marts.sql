-- flow_metrics has the rows of the five marts, no more and no fewer, with their figures.
{%- set figures = {
    'flow_velocity': ['velocity', 'cancelled_count', 'arrivals', 'net_flow', 'delivered_estimate'],
    'flow_distribution': ['share'],
    'flow_time': [
        'flow_time_avg_seconds', 'flow_time_p50_seconds', 'flow_time_p85_seconds', 'flow_time_p95_seconds',
        'flow_time_item_count',
    ],
    'flow_efficiency': ['flow_efficiency', 'flow_efficiency_item_median', 'active_seconds', 'waiting_seconds'],
    'flow_load': ['load_end', 'load_avg', 'load_max'],
} %}
with

metrics as (
    select * from {{ ref('flow_metrics') }}
)

{% for mart, columns in figures.items() -%}
    select
        '{{ mart }}' as mart,
        metrics.scope_id,
        metrics.period_type,
        metrics.period_start,
        metrics.flow_level,
        metrics.flow_item
    from metrics
    full outer join {{ ref(mart) }} as mart
        on {{ same_period('metrics', 'mart') }}
    where
        metrics.scope_id is null
        or mart.scope_id is null
        {%- for column in columns %}
            or metrics.{{ column }} is distinct from mart.{{ column }}
        {%- endfor %}
    {{ 'union all' if not loop.last }}
{% endfor %}
