with

items as (
    select * from {{ ref('int_flow__items') }}
    where {{ is_flow_item('flow_item') }}
),

products as (
    select * from {{ ref('int_seeds__products') }}
),

teams as (
    select * from {{ ref('int_seeds__teams') }}
),

final as (
    select
        items.artifact_id,
        coalesce(teams.calendar_id, products.calendar_id) as calendar_id
    from items
    left join teams
        on items.team_id = teams.team_id
    left join products
        on items.product_id = products.product_id
    where coalesce(teams.calendar_id, products.calendar_id) is not null
)

select * from final
