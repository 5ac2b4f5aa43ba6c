-- In every scope the open items whose age is shown are as many as the load at as-of.
with

ageing as (
    select
        scope_type,
        scope_id,
        flow_level,
        flow_item,
        count(*) as item_count
    from {{ ref('ageing_work') }}
    group by
        scope_type,
        scope_id,
        flow_level,
        flow_item
),

loads as (
    select * from {{ ref('flow_load') }}
    where
        period_type = 'month'
        and not is_complete
        and flow_item != 'all'
)

select
    coalesce(loads.scope_type, ageing.scope_type) as scope_type,
    coalesce(loads.scope_id, ageing.scope_id) as scope_id,
    coalesce(loads.flow_item, ageing.flow_item) as flow_item,
    loads.load_end,
    ageing.item_count
from loads
full outer join ageing
    on
        loads.scope_type = ageing.scope_type
        and loads.scope_id = ageing.scope_id
        and loads.flow_level = ageing.flow_level
        and loads.flow_item = ageing.flow_item
where loads.load_end is distinct from coalesce(ageing.item_count, 0)
