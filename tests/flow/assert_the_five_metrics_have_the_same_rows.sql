-- The five metric marts and the load bridge have the same keys.
with

keys as (
    {% for mart in [
        'flow_velocity', 'flow_distribution', 'flow_time', 'flow_efficiency', 'flow_load', 'flow_load_bridge'
    ] -%}
        select
            {{ period_key() | join(', ') }},
            period_end,
            is_complete
        from {{ ref(mart) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    {{ period_key() | join(', ') }},
    period_end,
    is_complete,
    count(*) as mart_count
from keys
group by
    {{ period_key() | join(', ') }},
    period_end,
    is_complete
having count(*) != 6
