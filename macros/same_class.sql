{# The join condition under which two relations name the same class: product, team, flow level and flow item. #}
{% macro same_class(one, other) -%}
    {% for column in ['product_id', 'team_key', 'flow_level', 'flow_item'] -%}
        {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
