{# The join condition under which two relations name the same scope, period, flow level and flow item. #}
{% macro same_period(one, other) -%}
    {% for column in period_key() -%}
        {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
