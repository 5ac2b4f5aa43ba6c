{#
    Pairs of rows of one seed that stand in each other's way, as a select statement from seed_rows (seed_problems): rows
    with the same key, and mapping rows that could never be told apart (the same match values and precedence,
    overlapping dates).
#}
{% macro seed_clashes(rules) %}
    {%- set is_dated = 'valid_from' in rules['columns'] -%}
    {%- set other = {'others': 'other.seed_row'} -%}
                select
                    one.seed_row,
                    {% if 'match' in rules -%}
                        case
                            when
                                {% for column in rules['result'] -%}
                                    coalesce(one.{{ column }}, '') = coalesce(other.{{ column }}, '')
                                    {{ 'and ' if not loop.last }}
                                {%- endfor %}
                                then {{ seed_message('same', {}, other) }}
                            else {{ seed_message('tied', {}, other) }}
                        end as problem
                    {%- else -%}
                        {{ seed_message('twice', {'columns': rules['key'] | join(', ')}) }} as problem
                    {%- endif %}
                from seed_rows as one
                inner join seed_rows as other
                    on
                        one.row_number < other.row_number
                        {%- for column in rules.get('match', rules.get('key')) + (['precedence'] if is_dated else []) %}
                            and one.{{ column }} is not distinct from other.{{ column }}
                        {%- endfor %}
                        {%- if is_dated %}
                            and coalesce(one.valid_from, '0000') < coalesce(other.valid_to, '9999')
                            and coalesce(other.valid_from, '0000') < coalesce(one.valid_to, '9999')
                        {%- endif %}
{% endmacro %}
