{#
    Select-list columns that turn a list into rows: one row per element, with the element and, where a name is given
    for it, its position (increasing). Rows with an empty or missing list disappear. The select may hold no other
    condition on the element: filter in the next CTE.
#}
{% macro unnested(list, element, position=none) -%}
    {{ adapter.dispatch('unnested')(list, element, position) }}
{%- endmacro %}

{# DuckDB joins `cross join unnest(...)` back to its rows, which costs seven times as much. #}
{% macro duckdb__unnested(list, element, position) -%}
    unnest({{ list }}) as {{ element }}
    {%- if position %},
        generate_subscripts({{ list }}, 1) as {{ position }}
    {%- endif -%}
{%- endmacro %}

{# posexplode() counts in integers from 0; this counts as DuckDB does. #}
{% macro spark__unnested(list, element, position) -%}
    {%- if position -%}
        inline(transform(
            {{ list }},
            (element, index) -> named_struct('{{ element }}', element, '{{ position }}', cast(index + 1 as bigint))
        ))
    {%- else -%}
        explode({{ list }}) as {{ element }}
    {%- endif -%}
{%- endmacro %}
