with

classes as (
    select distinct
        flow_class_id,
        product_id,
        coalesce(team_id, '') as team_key,
        flow_level,
        flow_item
    from {{ ref('int_classification__classes') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

series as (
    select * from {{ ref('int_flow__series') }}
),

final as (
    select
        classes.flow_class_id,
        series.series_number
    from classes
    inner join memberships
        on
            classes.product_id = memberships.product_id
            and classes.team_key = memberships.team_key
    inner join series
        on
            memberships.scope_type = series.scope_type
            and memberships.scope_id = series.scope_id
            and classes.flow_level = series.flow_level
            and series.flow_item in (classes.flow_item, 'all')
)

select * from final
