-- What is counted or summed in a week, month, quarter or year is the sum of its days; its load ends as its
-- last day's and is at most the highest of them.
with

figures as (
    select
        velocity.scope_type,
        velocity.scope_id,
        velocity.period_type,
        velocity.period_start,
        velocity.period_end,
        velocity.flow_level,
        velocity.flow_item,
        velocity.velocity,
        velocity.cancelled_count,
        velocity.arrivals,
        velocity.net_flow,
        velocity.delivered_estimate,
        flow_time.flow_time_item_count,
        efficiency.active_seconds,
        efficiency.waiting_seconds,
        flow_load.load_end,
        flow_load.load_max
    from {{ ref('flow_velocity') }} as velocity
    inner join {{ ref('flow_time') }} as flow_time
        on {{ same_period('velocity', 'flow_time') }}
    inner join {{ ref('flow_efficiency') }} as efficiency
        on {{ same_period('velocity', 'efficiency') }}
    inner join {{ ref('flow_load') }} as flow_load
        on {{ same_period('velocity', 'flow_load') }}
),

days as (
    select
        figures.*,
        calendar.period_type as longer_type,
        calendar.period_start as longer_start
    from figures
    inner join {{ ref('int_calendars__period_days') }} as calendar
        on
            figures.period_start = calendar.calendar_date
            and calendar.period_type != 'day'
    where figures.period_type = 'day'
),

sums as (
    select
        scope_type,
        scope_id,
        longer_type as period_type,
        longer_start as period_start,
        flow_level,
        flow_item,
        {%- for figure in [
            'velocity', 'cancelled_count', 'arrivals', 'net_flow', 'delivered_estimate', 'flow_time_item_count',
            'active_seconds', 'waiting_seconds'
        ] %}
            sum({{ figure }}) as {{ figure }},
        {%- endfor %}
        max_by(load_end, period_start) as load_end,
        max(load_max) as load_max
    from days
    group by
        scope_type,
        scope_id,
        longer_type,
        longer_start,
        flow_level,
        flow_item
)

select
    figures.scope_type,
    figures.scope_id,
    figures.period_type,
    figures.period_start,
    figures.flow_level,
    figures.flow_item,
    figures.velocity,
    sums.velocity as velocity_of_days,
    figures.load_max,
    sums.load_max as load_max_of_days
from figures
left join sums
    on {{ same_period('figures', 'sums') }}
where
    figures.period_type != 'day'
    and (
        sums.scope_id is null
        {%- for figure in [
            'velocity', 'cancelled_count', 'arrivals', 'net_flow', 'flow_time_item_count', 'load_end', 'load_max'
        ] %}
            or figures.{{ figure }} != sums.{{ figure }}
        {%- endfor %}
        {%- for figure in ['delivered_estimate', 'active_seconds', 'waiting_seconds'] %}
            or abs(figures.{{ figure }} - sums.{{ figure }}) > 0.001
        {%- endfor %}
    )
