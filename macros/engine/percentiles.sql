{# Percentiles of a column, interpolated linearly, as a list in the order of the fractions. An aggregate: one sort for all. #}
{% macro percentiles(column, fractions) -%}
    {{ adapter.dispatch('percentiles')(column, fractions) }}
{%- endmacro %}

{% macro duckdb__percentiles(column, fractions) -%}
    quantile_cont(cast({{ column }} as double), [{{ fractions | join(', ') }}])
{%- endmacro %}

{% macro spark__percentiles(column, fractions) -%}
    percentile(cast({{ column }} as double), array({{ fractions | join(', ') }}))
{%- endmacro %}
