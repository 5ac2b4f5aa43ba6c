{# A query for the text of a file: one row, null where the file is not UTF-8. #}
{% macro file_text(path) -%}
    {{ adapter.dispatch('file_text')(path) }}
{%- endmacro %}

{% macro duckdb__file_text(path) -%}
    select try(decode(content)) as content from read_blob('{{ path | replace("'", "''") }}')
{%- endmacro %}

{% macro spark__file_text(path) -%}
    select try_validate_utf8(cast(content as string)) as content from binaryFile.`{{ path }}`
{%- endmacro %}
