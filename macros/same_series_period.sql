{# The join condition under which two relations name the same period of the same series. #}
{% macro same_series_period(one, other) -%}
    {% for column in ['series_number', 'period_type', 'period_start'] -%}
        {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
