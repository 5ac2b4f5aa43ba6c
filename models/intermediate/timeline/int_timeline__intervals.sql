with

-- Values that held for no time are in the activity, not in the timeline.
points as (
    select * from {{ ref('int_timeline__points') }}
    where is_lasting
),

compared as (
    select
        *,
        lag(point_number) over artifact_order is null as is_first,
        lag(tool_state) over artifact_order as previous_tool_state,
        lag(artifact_type) over artifact_order as previous_artifact_type,
        lag(project) over artifact_order as previous_project,
        lag(is_flagged) over artifact_order as previous_is_flagged
    from points
    window artifact_order as (partition by artifact_id order by point_number)
),

different as (
    select * from compared
    where
        is_first
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
