{#
    What is said of a kind of problem (seed_words), as an SQL expression of type text. `texts` and `expressions` (SQL of
    type text) fill in the names in braces.
#}
{% macro seed_message(kind, texts={}, expressions={}) -%}
    {%- set message = namespace(text=seed_words()[kind]) -%}
    {%- for name, text in texts.items() -%}
        {%- set message.text = message.text | replace('{' ~ name ~ '}', text) -%}
    {%- endfor -%}
    {%- set message.text = message.text | replace("'", "''") -%}
    {%- for name, expression in expressions.items() -%}
        {%- set message.text = message.text | replace('{' ~ name ~ '}', "' || " ~ expression ~ " || '") -%}
    {%- endfor -%}
    '{{ message.text }}'
{%- endmacro %}
