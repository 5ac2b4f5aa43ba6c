-- The items behind a scope's trust in its load are all items that are in the load at as-of.
with

trust as (
    select * from {{ ref('flow_trust') }}
    where figure = 'load'
),

loads as (
    select
        scope_type,
        scope_id,
        sum(load_end) as load_end
    from {{ ref('flow_load') }}
    where
        period_type = 'month'
        and not is_complete
        and flow_item = 'all'
    group by
        scope_type,
        scope_id
)

select
    loads.scope_type,
    loads.scope_id,
    loads.load_end,
    trust.item_count
from loads
full outer join trust
    on
        loads.scope_type = trust.scope_type
        and loads.scope_id = trust.scope_id
where loads.load_end is distinct from coalesce(trust.item_count, 0)
