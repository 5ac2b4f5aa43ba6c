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

{# Spark takes no offset without a colon, but bare years and times of day, which are no times here. #}
{% macro spark__parse_time(text) -%}
    coalesce(
        case
            when {{ text }} like '%-%-%'
                then try_cast(regexp_replace({{ text }}, '([+-][0-9]{2})([0-9]{2})$', '$1:$2') as timestamp)
        end,
        timestamp_millis(try_cast({{ text }} as bigint))
    )
{%- endmacro %}
