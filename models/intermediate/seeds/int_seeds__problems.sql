with

problems as (
    {%- for seed in seed_rules() %}
        {{ seed_problems(seed) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

value_stream_levels as (
    select
        {{ seed_text('value_stream_id') }} as value_stream_id,
        {{ seed_text('parent_id') }} as parent_id
    from {{ ref('value_streams') }}
),

final as (
    select
        seed,
        seed_row,
        problem
    from problems
)

select * from final
