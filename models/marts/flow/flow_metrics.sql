with

velocity as (
    select * from {{ ref('flow_velocity') }}
),

distribution as (
    select * from {{ ref('flow_distribution') }}
),

flow_time as (
    select * from {{ ref('flow_time') }}
),

efficiency as (
    select * from {{ ref('flow_efficiency') }}
),

flow_load as (
    select * from {{ ref('flow_load') }}
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
        velocity.velocity,
        velocity.cancelled_count,
        velocity.arrivals,
        velocity.net_flow,
        velocity.delivered_estimate,
        distribution.share,
        flow_time.flow_time_avg_seconds,
        flow_time.flow_time_p50_seconds,
        flow_time.flow_time_p85_seconds,
        flow_time.flow_time_p95_seconds,
        flow_time.flow_time_item_count,
        efficiency.flow_efficiency,
        efficiency.flow_efficiency_item_median,
        efficiency.active_seconds,
        efficiency.waiting_seconds,
        flow_load.load_end,
        flow_load.load_avg,
        flow_load.load_max
    from velocity
    inner join distribution
        on {{ same_period('velocity', 'distribution') }}
    inner join flow_time
        on {{ same_period('velocity', 'flow_time') }}
    inner join efficiency
        on {{ same_period('velocity', 'efficiency') }}
    inner join flow_load
        on {{ same_period('velocity', 'flow_load') }}
)

select * from final
