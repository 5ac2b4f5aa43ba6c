{# One element of a list, counted from 1. Null where there is none. #}
{% macro list_element(list, position) -%}
    {{ adapter.dispatch('list_element')(list, position) }}
{%- endmacro %}

{% macro duckdb__list_element(list, position) -%}
    list_extract({{ list }}, {{ position }})
{%- endmacro %}

{% macro spark__list_element(list, position) -%}
    try_element_at({{ list }}, {{ position }})
{%- endmacro %}
