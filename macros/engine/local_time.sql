{# A plain UTC timestamp as the wall-clock time of a zone (an SQL expression or a quoted name). #}
{% macro local_time(column, zone) -%}
    {{ adapter.dispatch('local_time')(column, zone) }}
{%- endmacro %}

{% macro duckdb__local_time(column, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ column }}))
{%- endmacro %}

{% macro spark__local_time(column, zone) -%}
    from_utc_timestamp({{ column }}, {{ zone }})
{%- endmacro %}
