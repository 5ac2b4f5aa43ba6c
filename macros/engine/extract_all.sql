{# All matches of a regular expression in a text, as a list. `group` picks a capture group, 0 the whole match. #}
{% macro extract_all(text, pattern, group=0) -%}
    {{ adapter.dispatch('extract_all')(text, pattern, group) }}
{%- endmacro %}

{% macro duckdb__extract_all(text, pattern, group) -%}
    regexp_extract_all({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}

{% macro spark__extract_all(text, pattern, group) -%}
    regexp_extract_all({{ text }}, '{{ pattern | replace("\\", "\\\\") }}', {{ group }})
{%- endmacro %}
