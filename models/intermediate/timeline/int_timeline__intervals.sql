with

points as (
    select
        *,
        lead(changed_at) over (partition by artifact_id order by point_number) as next_changed_at
    from {{ ref('int_timeline__points') }}
),

-- Values that held for no time are in the activity, not in the timeline.
lasting as (
    select
        *,
        lag(point_number) over (partition by artifact_id order by point_number) as previous_number,
        lag(tool_state) over (partition by artifact_id order by point_number) as previous_tool_state,
        lag(artifact_type) over (partition by artifact_id order by point_number) as previous_artifact_type,
        lag(project) over (partition by artifact_id order by point_number) as previous_project,
        lag(is_flagged) over (partition by artifact_id order by point_number) as previous_is_flagged
    from points
    where next_changed_at is null or next_changed_at > changed_at
),

different as (
    select * from lasting
    where
        previous_number is null
        or tool_state is distinct from previous_tool_state
        or artifact_type is distinct from previous_artifact_type
        or project is distinct from previous_project
        or is_flagged is distinct from previous_is_flagged
),

final as (
    select
        artifact_id,
        connection,
        tool,
        row_number() over (partition by artifact_id order by point_number) as interval_number,
        changed_at as entered_at,
        changed_date as entered_date,
        lead(changed_at) over (partition by artifact_id order by point_number) as left_at,
        tool_state,
        artifact_type,
        project,
        is_flagged,
        is_inferred,
        is_observed
    from different
)

select * from final
