{# A text cut at a separator, as a list. #}
{% macro split_text(text, separator) -%}
    {{ adapter.dispatch('split_text')(text, separator) }}
{%- endmacro %}

{% macro duckdb__split_text(text, separator) -%}
    string_split({{ text }}, '{{ separator }}')
{%- endmacro %}

{# split() takes a pattern: \\Q...\\E makes it literal. #}
{% macro spark__split_text(text, separator) -%}
    split({{ text }}, '\\Q{{ separator }}\\E', -1)
{%- endmacro %}
