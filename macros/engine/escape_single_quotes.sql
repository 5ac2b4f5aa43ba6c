{# dbt's own macro of this name, with which unit tests write texts, for Spark: there a backslash escapes, too. #}
{% macro spark__escape_single_quotes(expression) -%}
    {{ expression | replace("\\", "\\\\") | replace("'", "\\'") }}
{%- endmacro %}
