-- Intervals are numbered from 1, each begins where the one before ends, and only the last is open.
with

intervals as (
    select * from {{ ref('int_timeline__intervals') }}
),

pairs as (
    select
        intervals.artifact_id,
        intervals.interval_number,
        intervals.entered_at,
        intervals.left_at,
        next_intervals.entered_at as next_entered_at,
        previous_intervals.artifact_id is not null as has_previous
    from intervals
    left join intervals as next_intervals
        on
            intervals.artifact_id = next_intervals.artifact_id
            and intervals.interval_number + 1 = next_intervals.interval_number
    left join intervals as previous_intervals
        on
            intervals.artifact_id = previous_intervals.artifact_id
            and intervals.interval_number - 1 = previous_intervals.interval_number
)

select
    artifact_id,
    interval_number,
    entered_at,
    left_at,
    next_entered_at
from pairs
where
    left_at is distinct from next_entered_at
    or left_at <= entered_at
    or has_previous != (interval_number > 1)
