-- Each mapping row's count is the number of intervals that name it, and no interval names an unknown row.
with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

decisions as (
    {% for column in [
        'state_mapping_row_id', 'flow_item_mapping_row_id', 'product_mapping_row_id', 'team_mapping_row_id'
    ] -%}
        select {{ column }} as mapping_row_id
        from intervals
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

decided as (
    select
        mapping_row_id,
        count(*) as interval_count
    from decisions
    group by mapping_row_id
),

usage as (
    select * from {{ ref('mapping_usage') }}
    where seed not like '%value_mapping'
)

select
    coalesce(decided.mapping_row_id, usage.mapping_row_id) as mapping_row_id,
    decided.interval_count,
    usage.decided_count
from decided
full outer join usage
    on decided.mapping_row_id = usage.mapping_row_id
where coalesce(decided.interval_count, 0) is distinct from usage.decided_count
