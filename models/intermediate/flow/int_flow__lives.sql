with

intervals as (
    select
        *,
        lag(abstract_state) over (
            partition by artifact_id
            order by interval_number
        ) as previous_abstract_state,
        min(case when abstract_state = 'done' then entered_at end) over (
            partition by artifact_id
        ) as first_completed_at,
        {{ epoch_milliseconds('coalesce(left_at, ' ~ as_of() ~ ')') }}
        - {{ epoch_milliseconds('entered_at') }} as duration_ms
    from {{ ref('int_classification__intervals') }}
),

lives as (
    select
        artifact_id,
        min(entered_at) as timeline_started_at,
        min(entered_at) filter (where abstract_state in ('active', 'waiting')) as started_at,
        min(first_completed_at) as first_completed_at,
        max(state_outcome) filter (where entered_at = first_completed_at) as first_state_outcome,
        max(left_at) filter (where abstract_state is distinct from 'done') as last_undone_until,
        max(case when is_current then abstract_state end) as current_abstract_state,
        bool_or(is_ended_by_removal) as is_removed,
        max(left_at) filter (where is_ended_by_removal) as removed_at,
        coalesce(sum(duration_ms) filter (where abstract_state = 'active'), 0) as active_ms,
        coalesce(sum(duration_ms) filter (where abstract_state = 'waiting'), 0) as waiting_ms,
        coalesce(sum(duration_ms) filter (where is_blocked), 0) as blocked_ms,
        sum(duration_ms) filter (
            where abstract_state = 'active' and entered_at < first_completed_at
        ) as active_before_first_ms,
        sum(duration_ms) filter (
            where abstract_state = 'waiting' and entered_at < first_completed_at
        ) as waiting_before_first_ms,
        count(*) filter (
            where previous_abstract_state = 'done' and abstract_state is distinct from 'done'
        ) as reopened_count,
        bool_or(is_inferred) as has_inferred_changes,
        bool_or(is_observed) as has_observed_changes
    from intervals
    group by artifact_id
),

completed as (
    select
        *,
        case
            when current_abstract_state = 'done' then coalesce(last_undone_until, timeline_started_at)
        end as completed_at
    from lives
),

-- Time in a state that nobody mapped is in no other duration. It counts from the start of work on.
unmapped as (
    select
        intervals.artifact_id,
        sum(intervals.duration_ms) as unmapped_ms
    from intervals
    inner join lives
        on intervals.artifact_id = lives.artifact_id
    where intervals.abstract_state is null and intervals.entered_at >= lives.started_at
    group by intervals.artifact_id
),

final as (
    select
        completed.artifact_id,
        completed.timeline_started_at,
        completed.started_at,
        completed.completed_at,
        completed.first_completed_at,
        completed.current_abstract_state,
        completed.is_removed,
        completed.removed_at,
        completed.active_ms,
        completed.waiting_ms,
        case
            when completed.first_completed_at is not null then coalesce(completed.active_before_first_ms, 0)
        end as first_active_ms,
        case
            when completed.first_completed_at is not null then coalesce(completed.waiting_before_first_ms, 0)
        end as first_waiting_ms,
        completed.first_state_outcome,
        completed.blocked_ms,
        coalesce(unmapped.unmapped_ms, 0) as unmapped_ms,
        completed.reopened_count,
        completed.has_inferred_changes,
        completed.has_observed_changes
    from completed
    left join unmapped
        on completed.artifact_id = unmapped.artifact_id
)

select * from final
