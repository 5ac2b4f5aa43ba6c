with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

starts as (
    select
        artifact_id,
        min(entered_date) as started_on
    from intervals
    group by artifact_id
),

classes as (
    select
        intervals.product_id,
        coalesce(intervals.team_id, '') as team_key,
        intervals.flow_level,
        min(starts.started_on) as first_date
    from intervals
    inner join starts
        on intervals.artifact_id = starts.artifact_id
    group by
        intervals.product_id,
        coalesce(intervals.team_id, ''),
        intervals.flow_level
),

scopes as (
    select
        memberships.scope_type,
        memberships.scope_id,
        min(classes.first_date) as first_date
    from classes
    inner join memberships
        on
            classes.product_id = memberships.product_id
            and classes.team_key = memberships.team_key
    group by
        memberships.scope_type,
        memberships.scope_id
),

levels as (
    select distinct
        memberships.scope_type,
        memberships.scope_id,
        classes.flow_level
    from classes
    inner join memberships
        on
            classes.product_id = memberships.product_id
            and classes.team_key = memberships.team_key
    where classes.flow_level is not null
),

-- A scope that holds only supporting or unmapped work still shows its zeros.
final as (
    select
        scopes.scope_type,
        scopes.scope_id,
        coalesce(levels.flow_level, 'item') as flow_level,
        scopes.first_date
    from scopes
    left join levels
        on
            scopes.scope_type = levels.scope_type
            and scopes.scope_id = levels.scope_id
)

select * from final
