{# The values of a group as one list, without nulls; null, or an empty list, where it has none. An aggregate. #}
{% macro listed(column) -%}
    {{ adapter.dispatch('listed')(column) }}
{%- endmacro %}

{% macro duckdb__listed(column) -%}
    list({{ column }}) filter (where {{ column }} is not null)
{%- endmacro %}

{% macro spark__listed(column) -%}
    collect_list({{ column }})
{%- endmacro %}
