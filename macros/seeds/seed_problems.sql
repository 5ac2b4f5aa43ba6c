{#
    What is wrong with one seed, by its rules (seed_rules): a select statement with one row per problem and the columns
    seed, seed_row (the row in words), problem (what is wrong and how to mend it).
#}
{% macro seed_problems(seed) %}
    {%- set rules = seed_rules()[seed] -%}
    {%- set columns = rules['columns'].keys() | reject('equalto', 'note') | list -%}
    {%- set checks, lookups = [], [] -%}
    {%- for column, rule in rules['columns'].items() -%}
        {%- set value = {'value': 'said_' ~ column} -%}
        {%- if rule.get('required') -%}
            {%- do checks.append((column ~ ' is null', seed_message('blank', {'column': column}))) -%}
        {%- endif -%}
        {%- if rule.get('allowed') -%}
            {%- do checks.append((
                column ~ " not in ('" ~ rule['allowed'] | join("', '") ~ "')",
                seed_message('not_allowed', {'column': column, 'choices': rule['allowed'] | join(', ')}, value),
            )) -%}
        {%- endif -%}
        {%- if rule.get('allowed_by') -%}
            {%- for kind, allowed in rule['allowed_by'][1].items() -%}
                {%- do checks.append((
                    rule['allowed_by'][0] ~ " = '" ~ kind ~ "' and "
                    ~ column ~ " not in ('" ~ allowed | join("', '") ~ "')",
                    seed_message(
                        'not_allowed_of', {'column': column, 'kind': kind, 'choices': allowed | join(', ')}, value
                    ),
                )) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- if rule.get('reserved') -%}
            {%- do checks.append((
                column ~ " in ('" ~ rule['reserved'] | join("', '") ~ "')",
                seed_message('reserved', {'column': column}, value),
            )) -%}
        {%- endif -%}
        {%- if rule.get('references') -%}
            {%- set known = seed_text('known.' ~ rule['references'][1]) -%}
            {%- do lookups.append((
                column ~ ' is not null and ' ~ column ~ ' not in (select ' ~ known ~ ' from ' ~ ref(rule['references'][0]) ~ ' as known where '
                ~ known ~ ' is not null)',
                seed_message('unknown', {'column': column, 'seed': rule['references'][0]}, value),
            )) -%}
        {%- endif -%}
        {%- if rule.get('type') -%}
            {%- set type = seed_types()[rule['type']] -%}
            {%- do checks.append((
                column ~ ' is not null and (' ~ (
                    column ~ " not in ('" ~ type['names'] | join("', '") ~ "')" if 'names' in type
                    else 'not ' ~ matches_pattern(column, type['pattern'])
                ) ~ (' or ' ~ try_cast(column, 'date') ~ ' is null' if rule['type'] == 'date' else '') ~ ')',
                seed_message('malformed', {'column': column, 'example': type['example']}, value),
            )) -%}
        {%- elif column != 'note' -%}
            {%- do checks.append((
                matches_pattern(column, seed_types()['text']['never']),
                seed_message('rewritten', {'column': column}, value),
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for earlier, later in [('valid_from', 'valid_to'), ('start_time', 'end_time')] -%}
        {%- if earlier in columns -%}
            {%- set pattern = seed_types()[rules['columns'][earlier]['type']]['pattern'] -%}
            {%- do checks.append((
                earlier ~ ' >= ' ~ later ~ ' and ' ~ matches_pattern(earlier, pattern)
                ~ ' and ' ~ matches_pattern(later, pattern),
                seed_message('disorder', {'earlier': earlier, 'later': later}),
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for condition, problem in checks -%}
        {%- do found.append('case when ' ~ condition ~ ' then ' ~ problem ~ ' end') -%}
    {%- endfor %}
        select
            '{{ seed }}' as seed,
            seed_row,
            problem
        from (
            with

            seed_rows as (
                select
                    {{ seed_row_name(seed, columns) }} as seed_row,
                    row_number() over (order by {{ columns | join(', ') }}) as row_number,
                    {%- for column in columns %}
                        trim(cast({{ column }} as {{ dbt.type_string() }})) as said_{{ column }},
                        {{ seed_text(column) }} as {{ column }}{{ ',' if not loop.last }}
                    {%- endfor %}
                from {{ ref(seed) }}
            )

            {%- if 'match' in rules %},
            {{ seed_rivals(rules) }}
            {%- endif %},

            {# All checks of a row at once: a statement for each would cost an engine more to plan than to run. #}
            checked as (
                select
                    seed_row,
                    {{ unnested(list_of(found), 'problem') }}
                from seed_rows
            )

                select
                    seed_row,
                    problem
                from checked
                where problem is not null
                union all
            {%- for condition, problem in lookups %}
                select
                    seed_row,
                    {{ problem }} as problem
                from seed_rows
                where {{ condition }}
                union all
            {%- endfor %}
                {{ seed_clashes(rules) }}
            {%- if 'match' in rules %}
                union all
                select
                    seed_row,
                    {{ seed_message('never_wins', {}, {'others': 'winners'}) }} as problem
                from rows_that_never_win
            {%- endif %}
        ) as {{ seed }}_problems
{% endmacro %}
