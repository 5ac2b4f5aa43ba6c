{# True when a text contains a match of a regular expression. #}
{% macro matches_pattern(text, pattern) -%}
    {{ adapter.dispatch('matches_pattern')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__matches_pattern(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches_pattern(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern | replace("\\", "\\\\") }}')
{%- endmacro %}
