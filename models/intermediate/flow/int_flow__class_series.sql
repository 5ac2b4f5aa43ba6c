with

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

series as (
    select * from {{ ref('int_flow__series') }}
),

flow_items as (
    {% for flow_item in flow_items() -%}
        select '{{ flow_item }}' as flow_item
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        memberships.product_id,
        memberships.team_key,
        series.flow_level,
        flow_items.flow_item,
        series.series_number
    from memberships
    inner join series
        on
            memberships.scope_type = series.scope_type
            and memberships.scope_id = series.scope_id
    inner join flow_items
        on series.flow_item in (flow_items.flow_item, 'all')
)

select * from final
