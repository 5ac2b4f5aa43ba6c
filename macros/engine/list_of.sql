{# A list of SQL expressions of one type. #}
{% macro list_of(expressions) -%}
    {{ adapter.dispatch('list_of')(expressions) }}
{%- endmacro %}

{% macro duckdb__list_of(expressions) -%}
    [{{ expressions | join(', ') }}]
{%- endmacro %}

{% macro spark__list_of(expressions) -%}
    array({{ expressions | join(', ') }})
{%- endmacro %}
