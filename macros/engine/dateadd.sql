{#
    dbt's own macro of this name on Spark, shorter: its version asks of each row whether the date is null, thrice. A
    timestamp, as on DuckDB.
#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    cast({{ from_date_or_timestamp }} as timestamp) + {{ interval }} * interval 1 {{ datepart }}
{%- endmacro %}
