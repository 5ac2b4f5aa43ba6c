{# The project of an issue key: what stands before the last hyphen. #}
{% macro jira_project(key) -%}
    regexp_replace({{ key }}, '-[0-9]+$', '')
{%- endmacro %}
