-- Percentiles rise, exist where anything with a flow time was delivered, and rest on what was delivered.
with

flow_times as (
    select * from {{ ref('flow_time') }}
),

velocity as (
    select * from {{ ref('flow_velocity') }}
)

select
    flow_times.scope_type,
    flow_times.scope_id,
    flow_times.period_type,
    flow_times.period_start,
    flow_times.flow_level,
    flow_times.flow_item,
    flow_times.flow_time_item_count,
    velocity.velocity
from flow_times
left join velocity
    on {{ same_period('flow_times', 'velocity') }}
where
    velocity.velocity is null
    or flow_times.flow_time_item_count > velocity.velocity
    or flow_times.flow_time_p50_seconds > flow_times.flow_time_p85_seconds
    or flow_times.flow_time_p85_seconds > flow_times.flow_time_p95_seconds
    {%- for figure in ['avg', 'p50', 'p85', 'p95'] %}
        or flow_times.flow_time_{{ figure }}_seconds < 0
        or (flow_times.flow_time_{{ figure }}_seconds is null) != (flow_times.flow_time_item_count = 0)
    {%- endfor %}
