with recursive

problems as (
    {%- for seed in seed_rules() %}
        {{ seed_problems(seed) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

value_streams as (
    select
        {{ seed_text('value_stream_id') }} as value_stream_id,
        {{ seed_text('parent_id') }} as parent_id
    from {{ ref('value_streams') }}
),

ancestors as (
    select
        value_stream_id,
        parent_id as ancestor_id,
        1 as steps
    from value_streams
    union all
    select
        ancestors.value_stream_id,
        value_streams.parent_id as ancestor_id,
        ancestors.steps + 1 as steps
    from ancestors
    inner join value_streams
        on ancestors.ancestor_id = value_streams.value_stream_id
    where ancestors.steps < 20
),

circles as (
    select distinct
        'value_streams' as seed,
        'value_streams (value_stream_id=' || value_stream_id || ')' as seed_row,
        {{ seed_message('circle', {'parent': 'parent_id'}) }} as problem
    from ancestors
    where value_stream_id = ancestor_id
),

final as (
    select * from problems
    union all
    select * from circles
)

select
    seed,
    seed_row,
    problem
from final
