-- Unless something happened after as-of, the last interval has the state, type and project of now.
with

intervals as (
    select * from {{ ref('int_timeline__intervals') }}
    where left_at is null
),

later_changes as (
    select distinct artifact_id
    from {{ ref('int_timeline__tracked_changes') }}
    where changed_at > {{ as_of() }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
)

select
    artifacts.artifact_id,
    artifacts.tool_state,
    intervals.tool_state as timeline_state,
    artifacts.artifact_type,
    intervals.artifact_type as timeline_type,
    artifacts.project,
    intervals.project as timeline_project
from artifacts
inner join intervals
    on artifacts.artifact_id = intervals.artifact_id
left join later_changes
    on artifacts.artifact_id = later_changes.artifact_id
where
    later_changes.artifact_id is null
    and (
        (artifacts.tool_state != intervals.tool_state and intervals.tool_state not like 'label:%')
        or artifacts.artifact_type != intervals.artifact_type
        or artifacts.project != intervals.project
    )
