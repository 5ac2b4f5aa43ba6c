-- In the organisation, and over all products, velocity is the number of delivered items, whatever rules led
-- there; so it is over teams for the items that have one, and over value streams. Which completion counts,
-- and whether cancelled items do, is as the build's policies say.
with

settings as (
    select * from {{ ref('build_settings') }}
),

items as (
    select fct_flow_items.*
    from {{ ref('fct_flow_items') }} as fct_flow_items
    cross join settings
    where
        case settings.policy_completion
            when 'first' then fct_flow_items.first_outcome
            else fct_flow_items.outcome
        end in ('delivered', case settings.policy_cancelled when 'included' then 'cancelled' end)
),

expected as (
    select
        'organisation' as scope_type,
        count(*) as item_count
    from items
    union all
    select
        'product' as scope_type,
        count(*) as item_count
    from items
    union all
    select
        'team' as scope_type,
        count(*) as item_count
    from items
    where team_id is not null
    union all
    select
        value_streams.level as scope_type,
        count(*) as item_count
    from items
    inner join {{ ref('dim_value_streams') }} as value_streams
        on items.value_stream_id = value_streams.value_stream_id
    where value_streams.level = 'value_stream'
    group by value_streams.level
),

velocities as (
    select
        scope_type,
        sum(velocity) as velocity
    from {{ ref('flow_velocity') }}
    where period_type = 'year' and flow_item = 'all'
    group by scope_type
)

select
    expected.scope_type,
    expected.item_count,
    velocities.velocity
from expected
left join velocities
    on expected.scope_type = velocities.scope_type
where expected.item_count != coalesce(velocities.velocity, 0)
