with

items as (
    select * from {{ ref('int_flow__items') }}
    where {{ is_flow_item('flow_item') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

working as (
    select * from {{ ref('int_flow__working_durations') }}
),

homes as (
    select * from {{ ref('int_scopes__homes') }}
),

values_mapped as (
    select * from {{ ref('int_classification__values') }}
),

current_intervals as (
    select * from {{ ref('int_classification__intervals') }}
    where is_current
),

judged as (
    select
        *,
        completed_at is not null and started_at is not null as has_flow_time,
        current_abstract_state in ('active', 'waiting') and not is_removed as is_in_progress
    from items
),

final as (
    select
        judged.artifact_id,
        judged.connection,
        judged.tool,
        artifacts.native_id,
        artifacts.artifact_key,
        artifacts.title,
        artifacts.url,
        current_intervals.project,
        current_intervals.artifact_type,
        judged.model,
        judged.flow_item,
        judged.flow_level,
        judged.product_id,
        judged.team_id,
        homes.value_stream_id,
        artifacts.parent_artifact_id,
        artifacts.is_subtask,
        current_intervals.tool_state,
        judged.current_abstract_state as abstract_state,
        artifacts.resolution,
        judged.outcome,
        artifacts.priority,
        priorities.value as priority_level,
        artifacts.severity,
        severities.value as severity_level,
        judged.estimate,
        judged.timeline_started_at as created_at,
        judged.started_at,
        judged.completed_at,
        judged.first_completed_at,
        case when judged.is_removed then judged.removed_at end as removed_at,
        judged.started_date,
        judged.completed_date,
        judged.first_completed_date,
        judged.first_outcome,
        judged.first_estimate,
        {{ seconds('judged.active_ms') }} as active_seconds,
        {{ seconds('judged.waiting_ms') }} as waiting_seconds,
        {{ seconds('judged.blocked_ms') }} as blocked_seconds,
        {{ seconds('judged.unmapped_ms') }} as unmapped_seconds,
        case when judged.has_flow_time then {{ seconds('judged.active_ms + judged.waiting_ms') }} end
            as flow_time_seconds,
        case
            when judged.has_flow_time
                then {{ seconds(
                    epoch_milliseconds('judged.completed_at') ~ ' - ' ~ epoch_milliseconds('judged.started_at')
                ) }}
        end as elapsed_seconds,
        {{ seconds('judged.first_active_ms') }} as first_active_seconds,
        {{ seconds('judged.first_waiting_ms') }} as first_waiting_seconds,
        {{ seconds('judged.first_flow_time_ms') }} as first_flow_time_seconds,
        case
            when judged.first_flow_time_ms is not null
                then {{ seconds(
                    epoch_milliseconds('judged.first_completed_at')
                    ~ ' - ' ~ epoch_milliseconds('judged.started_at')
                ) }}
        end as first_elapsed_seconds,
        cast(judged.active_ms as double) / nullif(judged.active_ms + judged.waiting_ms, 0) as flow_efficiency,
        case
            when judged.is_in_progress
                then {{ seconds(
                    epoch_milliseconds(as_of()) ~ ' - ' ~ epoch_milliseconds('judged.started_at')
                ) }}
        end as age_seconds,
        case when judged.is_in_progress then {{ seconds('judged.active_ms + judged.waiting_ms') }} end
            as work_age_seconds,
        case
            when judged.completed_at is not null
                then {{ seconds(
                    epoch_milliseconds('judged.completed_at')
                    ~ ' - ' ~ epoch_milliseconds('judged.timeline_started_at')
                ) }}
        end as lead_time_seconds,
        working.calendar_id,
        {{ seconds('working.working_active_ms') }} as working_active_seconds,
        {{ seconds('working.working_waiting_ms') }} as working_waiting_seconds,
        {{ seconds('working.working_blocked_ms') }} as working_blocked_seconds,
        {{ seconds('working.working_unmapped_ms') }} as working_unmapped_seconds,
        case
            when judged.has_flow_time
                then {{ seconds('working.working_active_ms + working.working_waiting_ms') }}
        end as working_flow_time_seconds,
        case
            when judged.has_flow_time
                then {{ seconds('working.completion_worked_ms - working.start_worked_ms') }}
        end as working_elapsed_seconds,
        case
            when judged.first_completed_at is not null
                then {{ seconds('working.working_first_active_ms') }}
        end as working_first_active_seconds,
        case
            when judged.first_completed_at is not null
                then {{ seconds('working.working_first_waiting_ms') }}
        end as working_first_waiting_seconds,
        case
            when judged.first_flow_time_ms is not null
                then {{ seconds('working.working_first_active_ms + working.working_first_waiting_ms') }}
        end as working_first_flow_time_seconds,
        case
            when judged.first_flow_time_ms is not null
                then {{ seconds('working.first_completion_worked_ms - working.start_worked_ms') }}
        end as working_first_elapsed_seconds,
        case
            when judged.is_in_progress
                then {{ seconds('working.end_worked_ms - working.start_worked_ms') }}
        end as working_age_seconds,
        case
            when judged.is_in_progress
                then {{ seconds('working.working_active_ms + working.working_waiting_ms') }}
        end as working_work_age_seconds,
        case
            when judged.completed_at is not null
                then {{ seconds('working.completion_worked_ms - working.timeline_start_worked_ms') }}
        end as working_lead_time_seconds,
        cast(judged.reopened_count as bigint) as reopened_count,
        judged.completed_at is not null and judged.started_at is null as skipped_work,
        judged.has_history_gap,
        judged.has_inferred_changes,
        judged.has_observed_changes,
        judged.flow_item_mapping_source,
        judged.flow_item_mapping_row_id,
        judged.product_mapping_row_id,
        judged.team_mapping_row_id
    from judged
    inner join artifacts
        on judged.artifact_id = artifacts.artifact_id
    inner join current_intervals
        on judged.artifact_id = current_intervals.artifact_id
    left join homes
        on
            judged.product_id = homes.product_id
            and coalesce(judged.team_id, '') = homes.team_key
    left join working
        on judged.artifact_id = working.artifact_id
    left join values_mapped as priorities
        on
            artifacts.connection = priorities.connection
            and priorities.field = 'priority'
            and artifacts.priority = priorities.tool_value
    left join values_mapped as severities
        on
            artifacts.connection = severities.connection
            and severities.field = 'severity'
            and artifacts.severity = severities.tool_value
)

select * from final
