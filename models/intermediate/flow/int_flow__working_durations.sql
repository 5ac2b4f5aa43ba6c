with

item_calendars as (
    select * from {{ ref('int_calendars__item_calendars') }}
),

worked_until as (
    select * from {{ ref('int_calendars__worked_until') }}
),

items as (
    select * from {{ ref('int_flow__items') }}
),

intervals as (
    select
        artifact_id,
        entered_at,
        coalesce(left_at, {{ as_of() }}) as known_until,
        is_current,
        abstract_state,
        is_blocked
    from {{ ref('int_classification__intervals') }}
),

worked as (
    select
        intervals.artifact_id,
        item_calendars.calendar_id,
        intervals.entered_at,
        intervals.is_current,
        intervals.abstract_state,
        intervals.is_blocked,
        entered.worked_ms as entered_worked_ms,
        left_behind.worked_ms as left_worked_ms,
        left_behind.worked_ms - entered.worked_ms as working_ms
    from intervals
    inner join item_calendars
        on intervals.artifact_id = item_calendars.artifact_id
    inner join worked_until as entered
        on
            item_calendars.calendar_id = entered.calendar_id
            and intervals.entered_at = entered.moment
    inner join worked_until as left_behind
        on
            item_calendars.calendar_id = left_behind.calendar_id
            and intervals.known_until = left_behind.moment
),

final as (
    select
        items.artifact_id,
        worked.calendar_id,
        coalesce(
            sum(worked.working_ms) filter (where worked.abstract_state = 'active'), 0
        ) as working_active_ms,
        coalesce(
            sum(worked.working_ms) filter (where worked.abstract_state = 'waiting'), 0
        ) as working_waiting_ms,
        coalesce(sum(worked.working_ms) filter (
            where worked.abstract_state = 'active' and worked.entered_at < items.first_completed_at
        ), 0) as working_first_active_ms,
        coalesce(sum(worked.working_ms) filter (
            where worked.abstract_state = 'waiting' and worked.entered_at < items.first_completed_at
        ), 0) as working_first_waiting_ms,
        coalesce(sum(worked.working_ms) filter (where worked.is_blocked), 0) as working_blocked_ms,
        coalesce(sum(worked.working_ms) filter (
            where worked.abstract_state is null and worked.entered_at >= items.started_at
        ), 0) as working_unmapped_ms,
        min(worked.entered_worked_ms) as timeline_start_worked_ms,
        min(worked.entered_worked_ms) filter (where worked.entered_at = items.started_at) as start_worked_ms,
        min(worked.entered_worked_ms) filter (
            where worked.entered_at = items.completed_at
        ) as completion_worked_ms,
        min(worked.entered_worked_ms) filter (
            where worked.entered_at = items.first_completed_at
        ) as first_completion_worked_ms,
        max(worked.left_worked_ms) filter (where worked.is_current) as end_worked_ms
    from worked
    inner join items
        on worked.artifact_id = items.artifact_id
    group by
        items.artifact_id,
        worked.calendar_id
)

select * from final
