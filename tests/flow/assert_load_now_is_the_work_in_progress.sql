-- Load at as-of is the number of items now active or waiting, in every product and in the organisation.
with

items as (
    select * from {{ ref('fct_flow_items') }}
    where abstract_state in ('active', 'waiting') and removed_at is null
),

in_progress as (
    select
        'product' as scope_type,
        product_id as scope_id,
        flow_level,
        flow_item,
        count(*) as item_count
    from items
    group by
        product_id,
        flow_level,
        flow_item
    union all
    select
        'organisation' as scope_type,
        'organisation' as scope_id,
        flow_level,
        flow_item,
        count(*) as item_count
    from items
    group by
        flow_level,
        flow_item
),

loads as (
    select * from {{ ref('flow_load') }}
    where
        not is_complete
        and flow_item != 'all'
        and scope_type in ('product', 'organisation')
)

select
    loads.scope_id,
    loads.period_type,
    loads.flow_level,
    loads.flow_item,
    loads.load_end,
    in_progress.item_count
from loads
full outer join in_progress
    on
        loads.scope_type = in_progress.scope_type
        and loads.scope_id = in_progress.scope_id
        and loads.flow_level = in_progress.flow_level
        and loads.flow_item = in_progress.flow_item
where loads.load_end is distinct from coalesce(in_progress.item_count, 0)
