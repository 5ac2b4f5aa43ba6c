{# One field of each struct of a list, as a list in the same order. #}
{% macro list_field(list, field) -%}
    {{ adapter.dispatch('list_field')(list, field) }}
{%- endmacro %}

{% macro duckdb__list_field(list, field) -%}
    list_transform({{ list }}, lambda element: element['{{ field }}'])
{%- endmacro %}

{% macro spark__list_field(list, field) -%}
    transform({{ list }}, element -> element['{{ field }}'])
{%- endmacro %}
