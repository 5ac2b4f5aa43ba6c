-- Active + waiting = flow time <= elapsed <= lead time; working hours are never more than the clock's.
with

items as (
    select * from {{ ref('fct_flow_items') }}
)

select
    artifact_id,
    active_seconds,
    waiting_seconds,
    flow_time_seconds,
    elapsed_seconds,
    lead_time_seconds
from items
where
    abs(flow_time_seconds - active_seconds - waiting_seconds) > 0.0005
    or flow_time_seconds + unmapped_seconds > elapsed_seconds + 0.0005
    or elapsed_seconds > lead_time_seconds
    or work_age_seconds + unmapped_seconds > age_seconds + 0.0005
    or blocked_seconds > waiting_seconds
    or least(active_seconds, waiting_seconds, blocked_seconds, unmapped_seconds) < 0
    or least(lead_time_seconds, age_seconds) < 0
    or started_at < created_at
    or completed_at < started_at
    or first_completed_at > completed_at
    or skipped_work != (completed_at is not null and flow_time_seconds is null)
    or (outcome is null) != (completed_at is null)
    {%- for duration in [
        'active', 'waiting', 'blocked', 'unmapped', 'flow_time', 'elapsed', 'age', 'work_age', 'lead_time'
    ] %}
        or working_{{ duration }}_seconds > {{ duration }}_seconds
        or working_{{ duration }}_seconds < 0
    {%- endfor %}
