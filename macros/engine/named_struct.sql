{# A struct of SQL expressions by field name. #}
{% macro named_struct(fields) -%}
    {{ adapter.dispatch('named_struct')(fields) }}
{%- endmacro %}

{% macro duckdb__named_struct(fields) -%}
    { {%- for name, expression in fields.items() -%}
        '{{ name }}': {{ expression }}{{ ', ' if not loop.last }}
    {%- endfor -%} }
{%- endmacro %}

{% macro spark__named_struct(fields) -%}
    named_struct(
        {%- for name, expression in fields.items() -%}
            '{{ name }}', {{ expression }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}
