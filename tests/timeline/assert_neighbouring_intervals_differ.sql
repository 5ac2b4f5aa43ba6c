-- Neighbouring intervals that agree in every tracked attribute are one interval.
with

intervals as (
    select
        artifact_id,
        interval_number,
        concat_ws(
            '|', coalesce(tool_state, '-'), coalesce(artifact_type, '-'), coalesce(project, '-'), is_flagged
        ) as tracked_values
    from {{ ref('int_timeline__intervals') }}
)

select
    intervals.artifact_id,
    intervals.interval_number,
    intervals.tracked_values
from intervals
inner join intervals as next_intervals
    on
        intervals.artifact_id = next_intervals.artifact_id
        and intervals.interval_number + 1 = next_intervals.interval_number
        and intervals.tracked_values = next_intervals.tracked_values
