{# One object or list of a JSON text column, as JSON text again. `path` is an SQL expression, as in json_text. #}
{% macro json_part(column, path) -%}
    {{ adapter.dispatch('json_part')(column, path) }}
{%- endmacro %}

{% macro duckdb__json_part(column, path) -%}
    json_extract({{ column }}, {{ path }})
{%- endmacro %}

{% macro spark__json_part(column, path) -%}
    get_json_object({{ column }}, {{ path }})
{%- endmacro %}
