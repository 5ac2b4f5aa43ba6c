with

items as (
    select * from {{ ref('int_flow__items') }}
    where {{ is_flow_item('flow_item') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

completions as (
    select
        items.product_id,
        coalesce(items.team_id, '') as team_key,
        items.flow_level,
        items.flow_item,
        items.completed_date as calendar_date,
        count(*) filter (where items.outcome = 'delivered') as delivered_count,
        count(*) filter (where items.outcome = 'cancelled') as cancelled_count,
        count(*) filter (where items.started_at is not null) as started_completion_count,
        sum(artifacts.estimate) filter (where items.outcome = 'delivered') as delivered_estimate,
        0 as arrival_count
    from items
    inner join artifacts
        on items.artifact_id = artifacts.artifact_id
    where items.completed_at is not null
    group by
        items.product_id,
        coalesce(items.team_id, ''),
        items.flow_level,
        items.flow_item,
        items.completed_date
),

arrivals as (
    select
        product_id,
        coalesce(team_id, '') as team_key,
        flow_level,
        flow_item,
        started_date as calendar_date,
        0 as delivered_count,
        0 as cancelled_count,
        0 as started_completion_count,
        0 as delivered_estimate,
        count(*) as arrival_count
    from items
    where started_at is not null
    group by
        product_id,
        coalesce(team_id, ''),
        flow_level,
        flow_item,
        started_date
),

events as (
    select * from completions
    union all
    select * from arrivals
),

final as (
    select
        memberships.scope_type,
        memberships.scope_id,
        events.flow_level,
        events.flow_item,
        events.calendar_date,
        sum(events.delivered_count) as delivered_count,
        sum(events.cancelled_count) as cancelled_count,
        sum(events.started_completion_count) as started_completion_count,
        sum(events.arrival_count) as arrival_count,
        coalesce(sum(events.delivered_estimate), 0) as delivered_estimate
    from events
    inner join memberships
        on
            events.product_id = memberships.product_id
            and events.team_key = memberships.team_key
    group by
        memberships.scope_type,
        memberships.scope_id,
        events.flow_level,
        events.flow_item,
        events.calendar_date
)

select * from final
