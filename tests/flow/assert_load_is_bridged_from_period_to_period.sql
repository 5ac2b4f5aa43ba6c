-- Load at a period's end is the load at its start, plus what came into work, minus what left it.
with

loads as (
    select
        *,
        coalesce(lag(load_end) over (
            partition by scope_type, scope_id, period_type, flow_level, flow_item
            order by period_start
        ), 0) as load_start
    from {{ ref('flow_load') }}
),

bridge as (
    select * from {{ ref('flow_load_bridge') }}
),

bridged as (
    select
        loads.scope_type,
        loads.scope_id,
        loads.period_type,
        loads.period_start,
        loads.flow_level,
        loads.flow_item,
        loads.load_start,
        loads.load_end,
        loads.load_start
        + bridge.started_count + bridge.reopened_count + bridge.moved_in_count
        - bridge.delivered_count - bridge.cancelled_count - bridge.put_back_count
        - bridge.moved_out_count - bridge.unmapped_count - bridge.removed_count as bridged_load
    from loads
    left join bridge
        on {{ same_period('loads', 'bridge') }}
)

select *
from bridged
where load_end is distinct from bridged_load
