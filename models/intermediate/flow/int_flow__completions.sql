with

items as (
    select * from {{ ref('int_flow__counted') }}
    where completed_date is not null
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

final as (
    select
        items.artifact_id,
        memberships.scope_type,
        memberships.scope_id,
        items.flow_level,
        items.flow_item,
        items.completed_date,
        items.outcome,
        items.has_start,
        items.active_ms,
        items.waiting_ms,
        items.flow_time_ms
    from items
    inner join memberships
        on
            items.product_id = memberships.product_id
            and items.team_key = memberships.team_key
)

select * from final
