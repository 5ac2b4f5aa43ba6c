{# A JSON array of texts as a list; null when the text is null. #}
{% macro json_list(text) -%}
    {{ adapter.dispatch('json_list')(text) }}
{%- endmacro %}

{% macro duckdb__json_list(text) -%}
    json_transform({{ text }}, '["VARCHAR"]')
{%- endmacro %}

{% macro spark__json_list(text) -%}
    from_json({{ text }}, 'array<string>')
{%- endmacro %}
