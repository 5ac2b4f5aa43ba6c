{# The flow items in which value flows, in the order in which they are shown. #}
{% macro flow_items() -%}
    {{ return(['feature', 'defect', 'debt', 'risk']) }}
{%- endmacro %}
