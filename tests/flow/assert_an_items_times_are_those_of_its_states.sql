-- An item's times are those of its published intervals: nothing is lost between the two marts.
with

items as (
    select * from {{ ref('fct_flow_items') }}
),

states as (
    select * from {{ ref('fct_flow_item_states') }}
),

judged as (
    select
        items.artifact_id,
        items.started_at,
        items.completed_at,
        coalesce(items.abstract_state, '') != coalesce(states.abstract_state, '') as is_another_state,
        states.is_current,
        states.is_blocked,
        states.abstract_state,
        coalesce(states.abstract_state = 'done', false) as is_done,
        coalesce(states.abstract_state in ('active', 'waiting'), false) as is_worked,
        states.entered_at,
        states.left_at,
        states.duration_seconds
    from items
    inner join states
        on items.artifact_id = states.artifact_id
),

totals as (
    select
        artifact_id,
        count(*) filter (where is_current and is_another_state) as wrong_current_count,
        count(*) filter (where entered_at >= completed_at and not is_done) as undone_after_completion_count,
        count(*) filter (where left_at = completed_at and is_done) as done_before_completion_count,
        count(*) filter (where entered_at = completed_at) as completing_count,
        count(*) filter (where entered_at = started_at and is_worked) as starting_count,
        count(*) filter (where entered_at < started_at and is_worked) as earlier_work_count,
        coalesce(sum(duration_seconds) filter (where abstract_state = 'active'), 0) as active_seconds,
        coalesce(sum(duration_seconds) filter (where abstract_state = 'waiting'), 0) as waiting_seconds,
        coalesce(sum(duration_seconds) filter (where is_blocked), 0) as blocked_seconds,
        coalesce(sum(duration_seconds) filter (where entered_at < completed_at), 0) as lead_time_seconds
    from judged
    group by artifact_id
)

select
    items.artifact_id,
    items.active_seconds,
    items.waiting_seconds,
    items.lead_time_seconds,
    totals.active_seconds as active_in_states,
    totals.waiting_seconds as waiting_in_states,
    totals.lead_time_seconds as lead_time_in_states
from items
left join totals
    on items.artifact_id = totals.artifact_id
where
    totals.artifact_id is null
    or abs(items.active_seconds - totals.active_seconds) > 0.0005
    or abs(items.waiting_seconds - totals.waiting_seconds) > 0.0005
    or abs(items.blocked_seconds - totals.blocked_seconds) > 0.0005
    or abs(items.lead_time_seconds - totals.lead_time_seconds) > 0.0005
    or totals.wrong_current_count != 0
    or totals.undone_after_completion_count != 0
    or totals.done_before_completion_count != 0
    or totals.earlier_work_count != 0
    or totals.completing_count != (case when items.completed_at is null then 0 else 1 end)
    or totals.starting_count != (case when items.started_at is null then 0 else 1 end)
