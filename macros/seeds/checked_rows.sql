{#
    The rows of a mapping seed, ready to match: a select statement over the organisation's seed and, where there is one,
    the shipped default. Match columns in lower case without outer blanks; what the row decides as it is allowed;
    `mapping_row_id` (the row in words), `origin` (organisation or default), `specificity` (how many match columns are
    filled) and `pattern` (which, from the left).
#}
{% macro checked_rows(seed, has_default=false) %}
    {%- set rules = seed_rules()[seed] -%}
    {%- set is_dated = 'valid_from' in rules['columns'] -%}
    {%- set id_columns = rules['match'] + (['precedence', 'valid_from', 'valid_to'] if is_dated else []) -%}
    {%- for origin in ['organisation'] + (['default'] if has_default else []) %}
        {%- set relation = seed if origin == 'organisation' else 'default_' ~ seed %}
        select
            {{ seed_row_name(relation, id_columns) }} as mapping_row_id,
            '{{ relation }}' as seed,
            '{{ origin }}' as origin,
            {%- for column in rules['match'] + rules['result'] %}
                {{ seed_text(column) }} as {{ column }},
            {%- endfor %}
            {%- if is_dated %}
                {{ try_cast(seed_text('precedence'), 'integer') }} as precedence,
                {{ try_cast(seed_text('valid_from'), 'date') }} as valid_from,
                {{ try_cast(seed_text('valid_to'), 'date') }} as valid_to,
            {%- endif %}
            {% for column in rules['match'] -%}
                case when {{ seed_text(column) }} is null then 0 else 1 end{{ ' + ' if not loop.last }}
            {%- endfor %} as specificity,
            {% for column in rules['match'] -%}
                case when {{ seed_text(column) }} is null then '0' else '1' end{{ ' || ' if not loop.last }}
            {%- endfor %} as pattern
        from {{ ref(relation) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
{% endmacro %}
