with

levels as (
    select * from {{ ref('int_scopes__levels') }}
),

flow_items as (
    {% for flow_item in flow_items() + ['all'] -%}
        select '{{ flow_item }}' as flow_item
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The number spares comparing four names wherever figures are summed.
final as (
    select
        row_number() over (
            order by levels.scope_type, levels.scope_id, levels.flow_level, flow_items.flow_item
        ) as series_number,
        levels.scope_type,
        levels.scope_id,
        levels.flow_level,
        flow_items.flow_item,
        levels.first_date
    from levels
    cross join flow_items
)

select * from final
