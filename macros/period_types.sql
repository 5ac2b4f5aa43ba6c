{# The kinds of period that every period figure is given for. #}
{% macro period_types() -%}
    {{ return(['day', 'week', 'month', 'quarter', 'year']) }}
{%- endmacro %}
