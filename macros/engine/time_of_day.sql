{# The wall-clock time `HH:MM` (text, 00:00 to 24:00) of a date, as a timestamp. #}
{% macro time_of_day(date, time) -%}
    {{ adapter.dispatch('time_of_day')(date, time) }}
{%- endmacro %}

{% macro duckdb__time_of_day(date, time) -%}
    (
        cast({{ date }} as timestamp)
        + to_minutes(cast(substring({{ time }}, 1, 2) as integer) * 60 + cast(substring({{ time }}, 4, 2) as integer))
    )
{%- endmacro %}

{% macro spark__time_of_day(date, time) -%}
    (
        cast({{ date }} as timestamp)
        + make_dt_interval(
            0, cast(substring({{ time }}, 1, 2) as integer), cast(substring({{ time }}, 4, 2) as integer)
        )
    )
{%- endmacro %}
