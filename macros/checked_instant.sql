{#
    The var `as_of` as it was given, if it is an ISO time. Anything else would be read as another instant, or as none, and
    give figures of nothing.
#}
{% macro checked_instant(text) -%}
    {%- set iso_time = '\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.]\\d+)?)?(Z|[+-]\\d{2}:?\\d{2})?)?' -%}
    {%- if not modules.re.fullmatch(iso_time, text | string) -%}
        {{ exceptions.raise_compiler_error(
            "The var as_of is '" ~ text ~ "', which is not a time such as 2026-03-31T00:00:00Z."
        ) }}
    {%- endif -%}
    {{ text }}
{%- endmacro %}
