with

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

final as (
    select
        scope_type,
        scope_id,
        product_id,
        team_key
    from memberships
)

select * from final
