{# Text as a plain UTC timestamp: ISO 8601 with an offset (`Z`, `+0000`, `+00:00`), or milliseconds since 1970. Null if neither. #}
{% macro parse_time(text) -%}
    {{ adapter.dispatch('parse_time')(text) }}
{%- endmacro %}

{% macro duckdb__parse_time(text) -%}
    coalesce(
        timezone('UTC', try_cast({{ text }} as timestamptz)), make_timestamp(try_cast({{ text }} as bigint) * 1000)
    )
{%- endmacro %}
