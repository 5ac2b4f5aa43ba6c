-- Flow efficiency lies between 0 and 1, for items and for periods.
with

efficiencies as (
    select
        'fct_flow_items' as mart,
        artifact_id as key,
        flow_efficiency as efficiency
    from {{ ref('fct_flow_items') }}
    {%- for column in ['flow_efficiency', 'flow_efficiency_item_median'] %}
        union all
        select
            '{{ column }}' as mart,
            scope_type || ' ' || scope_id || ' ' || period_type as key,
            {{ column }} as efficiency
        from {{ ref('flow_efficiency') }}
    {%- endfor %}
)

select
    mart,
    key,
    efficiency
from efficiencies
where efficiency < 0 or efficiency > 1
