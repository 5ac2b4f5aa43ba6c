{#
    A JSON text column as a typed struct: one parse for all fields. `shape` nests dicts (objects), one-element lists
    (arrays) and the scalar types 'text', 'number', 'boolean' and 'json' (kept as JSON text). What is missing or has
    another type is null. Read fields with a dot, or item['from'] where the name is a keyword.
#}
{% macro json_struct(column, shape) -%}
    {{ adapter.dispatch('json_struct')(column, shape) }}
{%- endmacro %}

{% macro duckdb__json_struct(column, shape) -%}
    json_transform({{ column }}, '{{ duckdb__json_shape(shape) }}')
{%- endmacro %}

{% macro duckdb__json_shape(shape) -%}
    {%- if shape is mapping -%}
        { {%- for name, inner in shape.items() -%}
            "{{ name }}": {{ duckdb__json_shape(inner) }}{{ ', ' if not loop.last }}
        {%- endfor -%} }
    {%- elif shape is string -%}
        "{{ {'text': 'VARCHAR', 'number': 'DOUBLE', 'boolean': 'BOOLEAN', 'json': 'JSON'}[shape] }}"
    {%- else -%}
        [{{ duckdb__json_shape(shape[0]) }}]
    {%- endif -%}
{%- endmacro %}

{% macro spark__json_struct(column, shape) -%}
    from_json({{ column }}, '{{ spark__json_shape(shape) }}')
{%- endmacro %}

{% macro spark__json_shape(shape) -%}
    {%- if shape is mapping -%}
        struct<
        {%- for name, inner in shape.items() -%}
            `{{ name }}`: {{ spark__json_shape(inner) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
        >
    {%- elif shape is string -%}
        {{ {'text': 'string', 'number': 'double', 'boolean': 'boolean', 'json': 'string'}[shape] }}
    {%- else -%}
        array<{{ spark__json_shape(shape[0]) }}>
    {%- endif -%}
{%- endmacro %}
