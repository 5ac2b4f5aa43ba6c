{# The time zone in which days, weeks, months, quarters and years begin, as an SQL text. #}
{% macro reporting_timezone() -%}
    '{{ var("reporting_timezone") }}'
{%- endmacro %}
