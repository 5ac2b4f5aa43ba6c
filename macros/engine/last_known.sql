{# The last value of a window that is not null: complete it with `over (...)`. #}
{% macro last_known(column) -%}
    {{ adapter.dispatch('last_known')(column) }}
{%- endmacro %}

{% macro duckdb__last_known(column) -%}
    last_value({{ column }} ignore nulls)
{%- endmacro %}

{% macro spark__last_known(column) -%}
    last_value({{ column }}) ignore nulls
{%- endmacro %}
