{# The UTC instant of a wall-clock time of a zone; the first of the two where the clock was set back. #}
{% macro utc_from_local(column, zone) -%}
    {{ adapter.dispatch('utc_from_local')(column, zone) }}
{%- endmacro %}

{#
    DuckDB takes the second of the two instants when clocks were set back. The first one is that with the offset of the
    day before, if the clock then showed this time.
#}
{% macro duckdb__utc_from_local(column, zone) -%}
    {%- set wall = 'cast(' ~ column ~ ' as timestamp)' -%}
    {%- set day_before = '(' ~ wall ~ ' - interval 1 day)' -%}
    {%- set first = '(' ~ wall ~ ' - (' ~ local_time(day_before, zone) ~ ' - ' ~ day_before ~ '))' -%}
    case
        when {{ local_time(first, zone) }} = {{ wall }} then {{ first }}
        else timezone('UTC', timezone({{ zone }}, {{ wall }}))
    end
{%- endmacro %}

{% macro spark__utc_from_local(column, zone) -%}
    to_utc_timestamp(cast({{ column }} as timestamp), {{ zone }})
{%- endmacro %}
