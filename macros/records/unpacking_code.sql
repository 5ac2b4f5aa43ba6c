{#
    A fingerprint of the code that unpacks: the model's own text, and what the macros that it may use make of the same
    arguments.
#}
{% macro unpacking_code() -%}
    {%- set shape = {'text': 'text', 'list': [{'number': 'number', 'boolean': 'boolean', 'json': 'json'}]} -%}
    {{- local_md5([
        model.raw_code,
        json_list('t'), json_part('r', 'p'), json_struct('r', shape), json_text('r', 'p'), list_field('l', 'f'), parse_time('t'),
        to_json('v'), try_cast('t', 'double'), unnested('l', 'e', 'p'), utc('t')
    ] | join('\n')) -}}
{%- endmacro %}
