{#
    dbt's own macro of this name on Spark, shorter: its version asks of each row whether the date is null, thrice. A
    timestamp, as on DuckDB.
#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set unit = 'month' if datepart == 'quarter' else datepart -%}
    {%- set factor = 3 if datepart == 'quarter' else 1 -%}
    cast({{ from_date_or_timestamp }} as timestamp) + {{ interval * factor }} * interval 1 {{ unit }}
{%- endmacro %}
