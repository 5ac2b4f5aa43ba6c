with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

movements as (
    select * from {{ ref('int_flow__load_movements') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

scoped as (
    select
        movements.artifact_id,
        memberships.scope_type,
        memberships.scope_id,
        movements.flow_level,
        case when grouping(movements.flow_item) = 1 then 'all' else movements.flow_item end as flow_item,
        movements.moved_at,
        movements.moved_date,
        sum(movements.delta) as delta,
        count(*) filter (where movements.reason = 'started') as started_count,
        count(*) filter (where movements.reason = 'reopened') as reopened_count,
        count(*) filter (where movements.reason = 'moved_in') as moved_in_count,
        count(*) filter (where movements.reason = 'delivered') as delivered_count,
        count(*) filter (where movements.reason = 'cancelled') as cancelled_count,
        count(*) filter (where movements.reason = 'put_back') as put_back_count,
        count(*) filter (where movements.reason = 'moved_out') as moved_out_count,
        -coalesce(sum(movements.delta) filter (where movements.reason = 'unmapped'), 0) as unmapped_count,
        count(*) filter (where movements.reason = 'removed') as removed_count
    from movements
    inner join memberships
        on
            movements.product_id = memberships.product_id
            and movements.team_key = memberships.team_key
    group by
        movements.artifact_id,
        memberships.scope_type,
        memberships.scope_id,
        movements.flow_level,
        movements.moved_at,
        movements.moved_date,
        rollup(movements.flow_item)
),

-- What left one product for another of the same value stream did not leave the value stream.
periods as (
    select
        scoped.scope_type,
        scoped.scope_id,
        period_days.period_type,
        period_days.period_start,
        scoped.flow_level,
        scoped.flow_item,
        {% for reason in load_bridge_reasons() -%}
            sum(scoped.{{ reason }}_count) as {{ reason }}_count,
        {% endfor -%}
        sum(scoped.delta) as delta
    from scoped
    inner join period_days
        on scoped.moved_date = period_days.calendar_date
    where scoped.delta != 0
    group by
        scoped.scope_type,
        scoped.scope_id,
        period_days.period_type,
        period_days.period_start,
        scoped.flow_level,
        scoped.flow_item
),

final as (
    select
        spine.scope_type,
        spine.scope_id,
        spine.period_type,
        spine.period_start,
        spine.period_end,
        spine.is_complete,
        spine.flow_level,
        spine.flow_item,
        cast(coalesce(periods.started_count, 0) as bigint) as started_count,
        cast(coalesce(periods.reopened_count, 0) as bigint) as reopened_count,
        cast(coalesce(periods.moved_in_count, 0) as bigint) as moved_in_count,
        cast(coalesce(periods.delivered_count, 0) as bigint) as delivered_count,
        cast(coalesce(periods.cancelled_count, 0) as bigint) as cancelled_count,
        cast(coalesce(periods.put_back_count, 0) as bigint) as put_back_count,
        cast(coalesce(periods.moved_out_count, 0) as bigint) as moved_out_count,
        cast(coalesce(periods.unmapped_count, 0) as bigint) as unmapped_count,
        cast(coalesce(periods.removed_count, 0) as bigint) as removed_count
    from spine
    left join periods
        on {{ same_period('spine', 'periods') }}
)

select * from final
