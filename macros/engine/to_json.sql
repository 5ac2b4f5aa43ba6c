{# A list or struct as JSON text. #}
{% macro to_json(value) -%}
    {{ adapter.dispatch('to_json')(value) }}
{%- endmacro %}

{% macro duckdb__to_json(value) -%}
    cast(to_json({{ value }}) as varchar)
{%- endmacro %}

{% macro spark__to_json(value) -%}
    to_json({{ value }}, map('ignoreNullFields', 'false'))
{%- endmacro %}
