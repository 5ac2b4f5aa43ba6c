{# One value of a JSON text column as text. `path` is an SQL expression, so that the path may differ from row to row. #}
{% macro json_text(column, path) -%}
    {{ adapter.dispatch('json_text')(column, path) }}
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, {{ path }})
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
    get_json_object({{ column }}, {{ path }})
{%- endmacro %}
