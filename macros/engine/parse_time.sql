{# Text as a plain UTC timestamp: ISO 8601 with an offset (`Z`, `+0000`, `+00:00`), or milliseconds since 1970. Null if neither. #}
{% macro parse_time(text) -%}
    {{ adapter.dispatch('parse_time')(text) }}
{%- endmacro %}

{# A cast that fails costs several times one that does not: the likely one goes first. #}
{% macro duckdb__parse_time(text) -%}
    {%- set instant = "timezone('UTC', try_cast(" ~ text ~ " as timestamptz))" -%}
    {%- set milliseconds = "make_timestamp(try_cast(" ~ text ~ " as bigint) * 1000)" -%}
    case
        when contains({{ text }}, '-') then coalesce({{ instant }}, {{ milliseconds }})
        else coalesce({{ milliseconds }}, {{ instant }})
    end
{%- endmacro %}
