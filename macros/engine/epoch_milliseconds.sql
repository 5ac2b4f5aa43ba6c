{# A plain UTC timestamp as whole milliseconds since 1970. #}
{% macro epoch_milliseconds(column) -%}
    {{ adapter.dispatch('epoch_milliseconds')(column) }}
{%- endmacro %}

{% macro duckdb__epoch_milliseconds(column) -%}
    epoch_ms({{ column }})
{%- endmacro %}

{% macro spark__epoch_milliseconds(column) -%}
    unix_millis({{ column }})
{%- endmacro %}
