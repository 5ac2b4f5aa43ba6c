{#
    What is wrong with one seed, by its rules (seed_rules): a select statement with one row per problem and the columns
    seed, seed_row (the row in words), problem (what is wrong and how to mend it).
#}
{% macro seed_problems(seed) %}
    {%- set rules = seed_rules()[seed] -%}
    {%- set identity = rules.get('match', rules.get('key')) -%}
    {%- set row_columns = rules['columns'].keys() | list -%}
    {%- set checks = [] -%}
    {%- for column, rule in rules['columns'].items() -%}
        {%- set text = seed_text(column) -%}
        {%- if rule.get('required') -%}
            {%- do checks.append({
                'when': text ~ ' is null',
                'problem': "'" ~ column ~ " is blank: every row of this seed needs one.'",
            }) -%}
        {%- endif -%}
        {%- if rule.get('allowed') -%}
            {%- do checks.append({
                'when': text ~ " not in ('" ~ rule['allowed'] | join("', '") ~ "')",
                'problem': "'" ~ column ~ " ''' || trim(" ~ column ~ ") || ''' is not one of "
                    ~ rule['allowed'] | join(', ') ~ ": write one of these.'",
            }) -%}
        {%- endif -%}
        {%- if rule.get('allowed_by') -%}
            {%- set teller, lists = rule['allowed_by'] -%}
            {%- for told, allowed in lists.items() -%}
                {%- do checks.append({
                    'when': seed_text(teller) ~ " = '" ~ told ~ "' and " ~ text ~ " not in ('"
                        ~ allowed | join("', '") ~ "')",
                    'problem': "'" ~ column ~ " ''' || trim(" ~ column ~ ") || ''' of a " ~ told
                        ~ " is not one of " ~ allowed | join(', ') ~ ": write one of these.'",
                }) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- if rule.get('reserved') -%}
            {%- do checks.append({
                'when': text ~ " in ('" ~ rule['reserved'] | join("', '") ~ "')",
                'problem': "'" ~ column ~ " ''' || trim(" ~ column ~ ") || ''' is the name of what no row takes: "
                    ~ "choose another.'",
            }) -%}
        {%- endif -%}
        {%- if rule.get('references') -%}
            {%- do checks.append({
                'when': text ~ ' not in (select ' ~ seed_text('known.' ~ rule['references'][1]) ~ ' from '
                    ~ ref(rule['references'][0]) ~ ' as known where ' ~ seed_text('known.' ~ rule['references'][1])
                    ~ ' is not null)',
                'problem': "'" ~ column ~ " ''' || trim(" ~ column ~ ") || ''' is not in " ~ rule['references'][0]
                    ~ ".csv: add it there, or correct it here.'",
            }) -%}
        {%- endif -%}
        {%- if rule.get('type') -%}
            {%- set examples = {
                'date': 'a date such as 2026-03-31', 'integer': 'a whole number such as 10',
                'time': 'a time of day such as 09:30', 'time zone': 'a time zone such as Europe/Berlin',
            } -%}
            {%- set patterns = {
                'date': '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'integer': '^(0|[1-9][0-9]{0,8})$',
                'time': '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$',
            } -%}
            {%- if rule['type'] == 'time zone' -%}
                {%- set is_malformed = text ~ " not in ('" ~ modules.pytz.all_timezones | join("', '") | lower ~ "')" -%}
            {%- else -%}
                {%- set is_malformed = 'not ' ~ matches_pattern(text, patterns[rule['type']]) -%}
            {%- endif -%}
            {%- do checks.append({
                'when': text ~ ' is not null and (' ~ is_malformed ~ (
                    ' or ' ~ try_cast(text, 'date') ~ ' is null' if rule['type'] == 'date' else ''
                ) ~ ')',
                'problem': "'" ~ column ~ " ''' || trim(" ~ column ~ ") || ''' is not "
                    ~ examples[rule['type']] ~ ".'",
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for earlier, later in [('valid_from', 'valid_to'), ('start_time', 'end_time')] -%}
        {%- if earlier in row_columns -%}
            {%- do checks.append({
                'when': seed_text(earlier) ~ ' >= ' ~ seed_text(later),
                'problem': "'" ~ earlier ~ " is not before " ~ later ~ ": put them in order.'",
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for check in checks %}
        select
            '{{ seed }}' as seed,
            {{ seed_row_name(seed, row_columns) }} as seed_row,
            {{ check['problem'] }} as problem
        from {{ ref(seed) }}
        where {{ check['when'] }}
        union all
    {%- endfor %}
        {{ seed_clashes(seed, rules, identity, row_columns) }}
{% endmacro %}
