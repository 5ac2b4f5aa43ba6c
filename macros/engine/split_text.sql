{# A text cut at a separator, as a list. #}
{% macro split_text(text, separator) -%}
    {{ adapter.dispatch('split_text')(text, separator) }}
{%- endmacro %}

{% macro duckdb__split_text(text, separator) -%}
    string_split({{ text }}, '{{ separator }}')
{%- endmacro %}
