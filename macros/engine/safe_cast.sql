{# dbt's own macro of this name, with which unit tests type their values, for Spark: there no cast reads a list. #}
{% macro spark__safe_cast(field, type) -%}
    {%- if type.lower().startswith('array') and field.startswith("'") -%}
        from_json({{ field }}, '{{ type }}')
    {%- else -%}
        cast({{ field }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
