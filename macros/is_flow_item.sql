{# True of a column that names a flow item in which value flows; neither of `none` nor of null. #}
{% macro is_flow_item(column) -%}
    {{ column }} in ('{{ flow_items() | join("', '") }}')
{%- endmacro %}
