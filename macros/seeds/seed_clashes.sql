{#
    Pairs of rows of one seed that stand in each other's way, as seed_problems lists them: rows with the same key, or
    mapping rows that could never be told apart (the same match values and precedence, overlapping dates).
#}
{% macro seed_clashes(seed, rules, identity, row_columns) %}
    {%- set is_dated = 'valid_from' in row_columns -%}
    {%- set tellers = identity + (['precedence'] if is_dated else []) %}
        select
            '{{ seed }}' as seed,
            {{ seed_row_name(seed, row_columns, 'one') }} as seed_row,
            {% if 'match' in rules -%}
                'cannot be told apart from ' || {{ seed_row_name(seed, row_columns, 'other') }}
                || ': delete one, or give one a precedence or other dates.' as problem
            {%- else -%}
                'stands twice: {{ identity | join(', ') }} must be unique, delete one.' as problem
            {%- endif %}
        from (
            select *, row_number() over (order by {{ row_columns | join(', ') }}) as row_number from {{ ref(seed) }}
        ) as one
        inner join (
            select *, row_number() over (order by {{ row_columns | join(', ') }}) as row_number from {{ ref(seed) }}
        ) as other
            on
                one.row_number < other.row_number
                {%- for column in tellers %}
                    and {{ seed_text('one.' ~ column) }} is not distinct from {{ seed_text('other.' ~ column) }}
                {%- endfor %}
                {%- if is_dated %}
                    and coalesce({{ seed_text('one.valid_from') }}, '0000')
                    < coalesce({{ seed_text('other.valid_to') }}, '9999')
                    and coalesce({{ seed_text('other.valid_from') }}, '0000')
                    < coalesce({{ seed_text('one.valid_to') }}, '9999')
                {%- endif %}
{% endmacro %}
