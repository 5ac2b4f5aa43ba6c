with

velocity as (
    select * from {{ ref('flow_velocity') }}
),

final as (
    select
        velocity.scope_type,
        velocity.scope_id,
        velocity.period_type,
        velocity.period_start,
        velocity.period_end,
        velocity.is_complete,
        velocity.flow_level,
        velocity.flow_item,
        cast(velocity.velocity as double) / nullif(totals.velocity, 0) as share
    from velocity
    inner join velocity as totals
        on
            velocity.scope_type = totals.scope_type
            and velocity.scope_id = totals.scope_id
            and velocity.period_type = totals.period_type
            and velocity.period_start = totals.period_start
            and velocity.flow_level = totals.flow_level
            and totals.flow_item = 'all'
)

select * from final
