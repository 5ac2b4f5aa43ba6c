{#
    dbt's own macro of this name, which only seeds use, less one step: it writes the statement that it ran to
    target/run/<path of the seed>, and where STREAMGAUGE_SEEDS is an absolute path, that is the CSV itself, which it
    would overwrite.
#}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
    {%- set sql = caller() -%}
    {%- if name is not none -%}
        {{ store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) }}
    {%- endif -%}
{%- endmacro %}
