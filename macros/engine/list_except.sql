{# The elements of the first list that the second lacks. A missing list counts as empty. #}
{% macro list_except(list, other) -%}
    {{ adapter.dispatch('list_except')(list, other) }}
{%- endmacro %}

{% macro duckdb__list_except(list, other) -%}
    list_filter({{ list }}, lambda element: not list_contains(coalesce({{ other }}, []), element))
{%- endmacro %}

{% macro spark__list_except(list, other) -%}
    filter({{ list }}, element -> not array_contains(coalesce({{ other }}, array()), element))
{%- endmacro %}
