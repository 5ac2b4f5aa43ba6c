{# A text as another type, null where it is none of that type. #}
{% macro try_cast(text, type) -%}
    try_cast({{ text }} as {{ type }})
{%- endmacro %}
