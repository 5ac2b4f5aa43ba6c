{#
    dbt's own macro of this name, which only seeds use, for Spark: a Spark session has no parameters of statements, and
    what dbt-spark does in their place breaks at a quote and turns a blank into the word None. Every column of a seed is
    text.
#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- for rows in agate_table.rows | batch(1000) %}
        {%- set sql %}
            insert into {{ this }} values
            {%- for row in rows %}
                (
                {%- for cell in row -%}
                    {%- if cell is none -%}
                        null
                    {%- else -%}
                        '{{ cell | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
                    {%- endif -%}
                    {{ ', ' if not loop.last }}
                {%- endfor -%}
                ){{ ',' if not loop.last }}
            {%- endfor %}
        {%- endset %}
        {%- do adapter.add_query(sql, abridge_sql_log=true) %}
    {%- endfor %}
    {{- return('') }}
{%- endmacro %}
