with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

intervals as (
    select
        *,
        coalesce(team_id, '') as team_key,
        coalesce(abstract_state, 'unmapped') as kept_state
    from {{ ref('int_classification__intervals') }}
    where {{ is_flow_item('flow_item') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

events as (
    select
        product_id,
        team_key,
        flow_level,
        flow_item,
        kept_state,
        entered_date as moved_date,
        1 as delta
    from intervals
    union all
    select
        product_id,
        team_key,
        flow_level,
        flow_item,
        kept_state,
        cast({{ local_time('left_at', reporting_timezone()) }} as date) as moved_date,
        -1 as delta
    from intervals
    where left_at is not null
),

class_days as (
    select
        product_id,
        team_key,
        flow_level,
        flow_item,
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            coalesce(sum(delta) filter (where kept_state = '{{ state }}'), 0) as {{ state }}_delta,
        {% endfor -%}
        moved_date
    from events
    group by
        product_id,
        team_key,
        flow_level,
        flow_item,
        moved_date
),

scope_days as (
    select
        memberships.scope_type,
        memberships.scope_id,
        class_days.flow_level,
        case when grouping(class_days.flow_item) = 1 then 'all' else class_days.flow_item end as flow_item,
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            sum(class_days.{{ state }}_delta) as {{ state }}_delta,
        {% endfor -%}
        class_days.moved_date
    from class_days
    inner join memberships
        on
            class_days.product_id = memberships.product_id
            and class_days.team_key = memberships.team_key
    group by
        memberships.scope_type,
        memberships.scope_id,
        class_days.flow_level,
        class_days.moved_date,
        rollup(class_days.flow_item)
),

periods as (
    select
        scope_days.scope_type,
        scope_days.scope_id,
        period_days.period_type,
        period_days.period_start,
        scope_days.flow_level,
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            sum(scope_days.{{ state }}_delta) as {{ state }}_delta,
        {% endfor -%}
        scope_days.flow_item
    from scope_days
    inner join period_days
        on scope_days.moved_date = period_days.calendar_date
    group by
        scope_days.scope_type,
        scope_days.scope_id,
        period_days.period_type,
        period_days.period_start,
        scope_days.flow_level,
        scope_days.flow_item
),

running as (
    select
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            cast(sum(coalesce(periods.{{ state }}_delta, 0)) over series_order as bigint)
                as {{ state }}_count,
        {% endfor -%}
        spine.*
    from spine
    left join periods
        on {{ same_period('spine', 'periods') }}
    window series_order as (
        partition by
            spine.scope_type, spine.scope_id, spine.period_type, spine.flow_level, spine.flow_item
        order by spine.period_start
    )
),

final as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        flow_level,
        flow_item,
        new_count,
        active_count,
        waiting_count,
        done_count,
        unmapped_count
    from running
)

select * from final
