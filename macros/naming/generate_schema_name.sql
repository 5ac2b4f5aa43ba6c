{# Layers live in schemas named as they are; marts stand in the target's own schema, where BI tools look first. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
