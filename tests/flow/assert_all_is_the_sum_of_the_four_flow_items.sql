-- Velocity, cancellations, arrivals, net flow and load of `all` are the sums of the four flow items.
with

figures as (
    select
        velocity.scope_type,
        velocity.scope_id,
        velocity.period_type,
        velocity.period_start,
        velocity.flow_level,
        velocity.flow_item,
        velocity.velocity,
        velocity.cancelled_count,
        velocity.arrivals,
        velocity.net_flow,
        velocity.delivered_estimate,
        flow_load.load_end,
        flow_load.load_avg
    from {{ ref('flow_velocity') }} as velocity
    inner join {{ ref('flow_load') }} as flow_load
        on {{ same_period('velocity', 'flow_load') }}
),

differences as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start,
        flow_level,
        {%- for figure in [
            'velocity', 'cancelled_count', 'arrivals', 'net_flow', 'delivered_estimate', 'load_end', 'load_avg'
        ] %}
            sum(case when flow_item = 'all' then {{ figure }} else -{{ figure }} end)
                as {{ figure }}_difference,
        {%- endfor %}
        count(*) as row_count
    from figures
    group by
        scope_type,
        scope_id,
        period_type,
        period_start,
        flow_level
)

select *
from differences
where
    row_count != 5
    or velocity_difference != 0
    or cancelled_count_difference != 0
    or arrivals_difference != 0
    or net_flow_difference != 0
    or load_end_difference != 0
    or abs(delivered_estimate_difference) > 0.000001
    or abs(load_avg_difference) > 0.000001
