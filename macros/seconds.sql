{# Whole milliseconds as the seconds that are published. #}
{% macro seconds(milliseconds) -%}
    cast({{ milliseconds }} as double) / 1000
{%- endmacro %}
