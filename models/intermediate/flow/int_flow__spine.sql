with

levels as (
    select * from {{ ref('int_scopes__levels') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

flow_items as (
    {% for flow_item in flow_items() + ['all'] -%}
        select '{{ flow_item }}' as flow_item
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        levels.scope_type,
        levels.scope_id,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.starts_at,
        periods.ends_at,
        periods.is_complete,
        levels.flow_level,
        flow_items.flow_item
    from levels
    inner join periods
        on levels.first_date < periods.period_end
    cross join flow_items
)

select * from final
