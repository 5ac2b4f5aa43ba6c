{#
    How a model that unpacks the records of one raw table is kept. DuckDB replaces the rows of those records that
    changed; an engine whose tables cannot lose single rows unpacks them all.
#}
{% macro record_materialization() -%}
    {{ return(adapter.dispatch('record_materialization')()) }}
{%- endmacro %}

{% macro default__record_materialization() -%}
    {{ return('table') }}
{%- endmacro %}

{% macro duckdb__record_materialization() -%}
    {{ return('incremental') }}
{%- endmacro %}
