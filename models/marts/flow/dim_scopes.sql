with

levels as (
    select * from {{ ref('int_scopes__levels') }}
),

items as (
    select * from {{ ref('int_flow__items') }}
    where {{ is_flow_item('flow_item') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

scopes as (
    select
        'product' as scope_type,
        product_id as scope_id,
        product_name as scope_name,
        value_stream_id
    from {{ ref('dim_products') }}
    union all
    select
        'team' as scope_type,
        team_id as scope_id,
        team_name as scope_name,
        value_stream_id
    from {{ ref('dim_teams') }}
    union all
    select
        level as scope_type,
        value_stream_id as scope_id,
        value_stream_name as scope_name,
        parent_id as value_stream_id
    from {{ ref('dim_value_streams') }}
    union all
    select
        'organisation' as scope_type,
        'organisation' as scope_id,
        'Organisation' as scope_name,
        cast(null as {{ dbt.type_string() }}) as value_stream_id
),

counts as (
    select
        memberships.scope_type,
        memberships.scope_id,
        items.flow_level,
        count(*) as item_count
    from items
    inner join memberships
        on
            items.product_id = memberships.product_id
            and coalesce(items.team_id, '') = memberships.team_key
    group by
        memberships.scope_type,
        memberships.scope_id,
        items.flow_level
),

final as (
    select
        scopes.scope_type,
        scopes.scope_id,
        scopes.scope_name,
        scopes.value_stream_id,
        coalesce(levels.flow_level, 'item') as flow_level,
        levels.first_date,
        cast(coalesce(counts.item_count, 0) as bigint) as item_count
    from scopes
    left join levels
        on
            scopes.scope_type = levels.scope_type
            and scopes.scope_id = levels.scope_id
    left join counts
        on
            levels.scope_type = counts.scope_type
            and levels.scope_id = counts.scope_id
            and levels.flow_level = counts.flow_level
)

select * from final
