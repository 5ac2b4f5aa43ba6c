{# The columns that name a row of every period figure, behind an optional relation. #}
{% macro period_key() -%}
    {{ return(['scope_type', 'scope_id', 'period_type', 'period_start', 'flow_level', 'flow_item']) }}
{%- endmacro %}
