{# The time zone in which days, weeks, months, quarters and years begin, as an SQL text. #}
{% macro reporting_timezone() -%}
    {%- set zone = var('reporting_timezone') -%}
    {%- if zone not in modules.pytz.all_timezones_set -%}
        {{ exceptions.raise_compiler_error(
            "The var reporting_timezone is '" ~ zone ~ "', which is not a time zone such as Europe/Berlin."
        ) }}
    {%- endif -%}
    '{{ zone }}'
{%- endmacro %}
