{# The English name of a date's weekday in lower case. #}
{% macro weekday_name(date) -%}
    {{ adapter.dispatch('weekday_name')(date) }}
{%- endmacro %}

{% macro duckdb__weekday_name(date) -%}
    lower(dayname({{ date }}))
{%- endmacro %}

{% macro spark__weekday_name(date) -%}
    lower(date_format({{ date }}, 'EEEE'))
{%- endmacro %}
