{# Texts of a group as one text, in order, joined by a separator. #}
{% macro joined_text(column, separator, order_by) -%}
    {{ adapter.dispatch('joined_text')(column, separator, order_by) }}
{%- endmacro %}

{% macro duckdb__joined_text(column, separator, order_by) -%}
    string_agg({{ column }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__joined_text(column, separator, order_by) -%}
    listagg({{ column }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}
