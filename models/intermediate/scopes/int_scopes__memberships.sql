with

homes as (
    select * from {{ ref('int_scopes__homes') }}
),

ancestors as (
    select * from {{ ref('int_scopes__value_stream_ancestors') }}
),

final as (
    select
        product_id,
        team_key,
        'product' as scope_type,
        product_id as scope_id
    from homes
    union all
    select
        product_id,
        team_key,
        'team' as scope_type,
        team_id as scope_id
    from homes
    where team_id is not null
    union all
    select
        homes.product_id,
        homes.team_key,
        ancestors.level as scope_type,
        ancestors.ancestor_id as scope_id
    from homes
    inner join ancestors
        on homes.value_stream_id = ancestors.value_stream_id
    union all
    select
        product_id,
        team_key,
        'organisation' as scope_type,
        'organisation' as scope_id
    from homes
)

select
    product_id,
    team_key,
    scope_type,
    scope_id
from final
