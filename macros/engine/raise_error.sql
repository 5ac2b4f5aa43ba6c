{# Ends the query with a message (an SQL expression of type text) when it is evaluated. #}
{% macro raise_error(message) -%}
    {{ adapter.dispatch('raise_error')(message) }}
{%- endmacro %}

{% macro duckdb__raise_error(message) -%}
    error({{ message }})
{%- endmacro %}

{% macro spark__raise_error(message) -%}
    raise_error({{ message }})
{%- endmacro %}
