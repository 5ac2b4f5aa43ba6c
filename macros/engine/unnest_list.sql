{#
    A join clause that turns a list into rows: `from t {{ unnest_list('t.items', 'unpacked', 'item', 'position') }}`.
    Positions count from 1. Rows with an empty or missing list disappear.
#}
{% macro unnest_list(list, relation, item, position) -%}
    {{ adapter.dispatch('unnest_list')(list, relation, item, position) }}
{%- endmacro %}

{% macro duckdb__unnest_list(list, relation, item, position) -%}
    cross join unnest({{ list }}) with ordinality as {{ relation }}({{ item }}, {{ position }})
{%- endmacro %}
