with

movements as (
    select * from {{ ref('int_flow__load_movements') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

instants as (
    select
        product_id,
        team_key,
        flow_level,
        flow_item,
        moved_at,
        moved_date,
        sum(delta) as delta
    from movements
    group by
        product_id,
        team_key,
        flow_level,
        flow_item,
        moved_at,
        moved_date
),

scoped as (
    select
        memberships.scope_type,
        memberships.scope_id,
        instants.flow_level,
        case when grouping(instants.flow_item) = 1 then 'all' else instants.flow_item end as flow_item,
        instants.moved_at,
        instants.moved_date,
        sum(instants.delta) as delta
    from instants
    inner join memberships
        on
            instants.product_id = memberships.product_id
            and instants.team_key = memberships.team_key
    group by
        memberships.scope_type,
        memberships.scope_id,
        instants.flow_level,
        instants.moved_at,
        instants.moved_date,
        rollup(instants.flow_item)
),

-- What comes and goes in one instant never was load.
final as (
    select
        scope_type,
        scope_id,
        flow_level,
        flow_item,
        moved_at,
        moved_date,
        cast(delta as bigint) as delta,
        cast(sum(delta) over (
            partition by scope_type, scope_id, flow_level, flow_item
            order by moved_at
        ) as bigint) as load_after
    from scoped
    where delta != 0
)

select * from final
