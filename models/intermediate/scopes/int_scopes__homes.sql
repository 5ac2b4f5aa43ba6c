with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

products as (
    select * from {{ ref('int_seeds__products') }}
),

teams as (
    select * from {{ ref('int_seeds__teams') }}
),

owners as (
    select distinct
        product_id,
        team_id,
        coalesce(team_id, '') as team_key
    from intervals
),

-- Work without a product counts in the value stream of its team.
final as (
    select
        owners.product_id,
        owners.team_id,
        owners.team_key,
        case
            when owners.product_id = 'unassigned' then teams.value_stream_id
            else products.value_stream_id
        end as value_stream_id
    from owners
    left join products
        on owners.product_id = products.product_id
    left join teams
        on owners.team_id = teams.team_id
)

select * from final
