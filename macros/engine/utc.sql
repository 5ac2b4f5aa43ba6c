{# A zoned timestamp as a plain UTC timestamp. #}
{% macro utc(column) -%}
    {{ adapter.dispatch('utc')(column) }}
{%- endmacro %}

{% macro duckdb__utc(column) -%}
    timezone('UTC', {{ column }})
{%- endmacro %}

{# The session's time zone is UTC. #}
{% macro spark__utc(column) -%}
    {{ column }}
{%- endmacro %}
