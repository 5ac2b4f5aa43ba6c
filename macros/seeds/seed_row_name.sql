{# A seed's row in words, by the named columns that are not blank: `state_mapping (tool=jira, tool_state=Open)`. #}
{% macro seed_row_name(seed, columns, relation=none) -%}
    '{{ seed }} ('
    || concat_ws(
        ', '
        {%- for column in columns %}
            {%- set cell = (relation ~ '.' if relation else '') ~ column %},
            '{{ column }}=' || nullif(trim(cast({{ cell }} as {{ dbt.type_string() }})), '')
        {%- endfor %}
    )
    || ')'
{%- endmacro %}
