{# A seed's cell for comparison: case and outer blanks do not count, blank is null. #}
{% macro seed_text(column) -%}
    nullif(lower(trim(cast({{ column }} as {{ dbt.type_string() }}))), '')
{%- endmacro %}
