{# The UTC instant of a wall-clock time of a zone. #}
{% macro utc_from_local(column, zone) -%}
    {{ adapter.dispatch('utc_from_local')(column, zone) }}
{%- endmacro %}

{% macro duckdb__utc_from_local(column, zone) -%}
    timezone('UTC', timezone({{ zone }}, cast({{ column }} as timestamp)))
{%- endmacro %}
