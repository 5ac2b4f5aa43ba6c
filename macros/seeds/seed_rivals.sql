{#
    CTEs after seed_rows (seed_problems): `rows_that_never_win` are the rows of one mapping seed that can never decide
    anything, and `winners` in words. On each of their days a row that matches whatever they match goes before them. A
    scope of the type project is one on the project: what matches a component of SHOP matches SHOP, too.
#}
{% macro seed_rivals(rules) %}
    {%- set columns = rules['columns'] -%}
    {%- set is_dated = 'valid_from' in columns -%}
    {%- set is_scope = 'scope_type' in columns -%}
    {%- set conditions = rules['match'] | reject('in', ['scope_type', 'scope_value']) | list
        + (['scope'] if is_scope else []) %}
            ranked as (
                select
                    row_number,
                    seed_row,
                    {%- for column in conditions | reject('in', ['project', 'scope']) %}
                        {{ column }},
                    {%- endfor %}
                    {%- if is_scope %}
                        coalesce(case when scope_type = 'project' then scope_value end, project) as project,
                        case when scope_type != 'project' then scope_type || '=' || scope_value end as scope,
                    {%- elif 'project' in columns %}
                        project,
                    {%- endif %}
                    {{ "coalesce(valid_from, '0000')" if is_dated else "'0000'" }} as begins,
                    {{ "coalesce(valid_to, '9999')" if is_dated else "'9999'" }} as ends,
                    rank() over (
                        order by
                            {%- if is_dated %}
                                {{ try_cast('precedence', 'integer') }} asc nulls last,
                            {%- endif %}
                            {%- if is_scope %}
                                case scope_type
                                    {%- for scope_type in columns['scope_type']['allowed'] %}
                                        when '{{ scope_type }}' then {{ loop.index }}
                                    {%- endfor %}
                                end asc nulls last,
                            {%- endif %}
                            {% for column in rules['match'] -%}
                                case when {{ column }} is null then 0 else 1 end{{ ' + ' if not loop.last }}
                            {%- endfor %} desc,
                            {% for column in rules['match'] -%}
                                case when {{ column }} is null then 1 else 0 end{{ ', ' if not loop.last }}
                            {%- endfor %}
                    ) as preference
                from seed_rows
            ),

            rivals as (
                select
                    loser.row_number,
                    loser.seed_row,
                    loser.begins,
                    loser.ends,
                    winner.seed_row as winner,
                    winner.begins as winner_begins,
                    winner.ends as winner_ends
                from ranked as loser
                inner join ranked as winner
                    on
                        winner.preference < loser.preference
                        and winner.begins < loser.ends
                        and winner.ends > loser.begins
                        {%- for column in conditions %}
                            and coalesce(winner.{{ column }} = loser.{{ column }}, winner.{{ column }} is null)
                        {%- endfor %}
                where loser.begins < loser.ends
            ),

            -- A row wins on a day that no rival holds: if any, on its first or the first after a rival.
            candidate_days as (
                select
                    row_number,
                    begins as candidate_day
                from rivals
                union
                select
                    row_number,
                    winner_ends as candidate_day
                from rivals
                where winner_ends < ends
            ),

            rows_that_win as (
                select candidate_days.row_number
                from candidate_days
                left join rivals
                    on
                        candidate_days.row_number = rivals.row_number
                        and candidate_days.candidate_day >= rivals.winner_begins
                        and candidate_days.candidate_day < rivals.winner_ends
                group by
                    candidate_days.row_number,
                    candidate_days.candidate_day
                having count(rivals.winner) = 0
            ),

            rows_that_never_win as (
                select
                    row_number,
                    seed_row,
                    {{ joined_text('winner', ' and ', 'winner') }} as winners
                from rivals
                where row_number not in (select row_number from rows_that_win)
                group by
                    row_number,
                    seed_row
            )
{% endmacro %}
