{# Every used tool's rows of one shape. Where no tool in use has the shape: no rows, the same columns. #}
{% macro union_shape(shape) %}
    {%- set columns = shape_columns(shape) -%}
    {%- set tools = var('shapes')[shape] | select('in', var('tools')) | list -%}
    {%- for tool in tools %}
        select
            {{ columns | join(', ') }}
        from {{ ref('stg_' ~ tool ~ '__' ~ shape) }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            {% for column, type in columns.items() -%}
                cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        where false
    {%- endfor %}
{% endmacro %}
