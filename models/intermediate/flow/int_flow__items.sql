with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

lives as (
    select * from {{ ref('int_flow__lives') }}
),

published as (
    select * from {{ ref('int_classification__published') }}
),

values_mapped as (
    select * from {{ ref('int_classification__values') }}
),

resolutions as (
    select * from values_mapped
    where field = 'resolution'
),

estimates as (
    select * from {{ ref('int_flow__estimates') }}
),

gaps as (
    select * from {{ ref('int_timeline__state_gaps') }}
),

final as (
    select
        artifacts.artifact_id,
        artifacts.connection,
        artifacts.tool,
        lives.timeline_started_at,
        lives.started_at,
        lives.completed_at,
        lives.first_completed_at,
        cast({{ local_time('lives.started_at', reporting_timezone()) }} as date) as started_date,
        cast({{ local_time('lives.completed_at', reporting_timezone()) }} as date) as completed_date,
        cast({{ local_time('lives.first_completed_at', reporting_timezone()) }} as date)
            as first_completed_date,
        lives.current_abstract_state,
        case
            when lives.completed_at is not null
                then coalesce(resolutions.value, published.state_outcome, 'delivered')
        end as outcome,
        -- What vanished unfinished was neither delivered nor cancelled, even if it had been done before.
        case
            when lives.first_completed_at is not null and not lives.is_removed
                then coalesce(resolutions.value, lives.first_state_outcome, 'delivered')
        end as first_outcome,
        case
            when estimates.artifact_id is null then artifacts.estimate
            else estimates.estimate
        end as estimate,
        case
            when lives.first_completed_at is null then null
            when estimates.artifact_id is null then artifacts.estimate
            else estimates.first_estimate
        end as first_estimate,
        lives.is_removed,
        lives.removed_at,
        lives.active_ms,
        lives.waiting_ms,
        case
            when lives.completed_at is not null and lives.started_at is not null
                then lives.active_ms + lives.waiting_ms
        end as flow_time_ms,
        lives.first_active_ms,
        lives.first_waiting_ms,
        case
            when lives.started_at < lives.first_completed_at
                then lives.first_active_ms + lives.first_waiting_ms
        end as first_flow_time_ms,
        lives.blocked_ms,
        lives.unmapped_ms,
        lives.reopened_count,
        lives.has_inferred_changes,
        lives.has_observed_changes,
        gaps.artifact_id is not null as has_history_gap,
        published.model,
        published.flow_item,
        published.flow_level,
        published.flow_item_mapping_source,
        published.flow_item_mapping_row_id,
        published.product_id,
        published.product_mapping_row_id,
        published.team_id,
        published.team_mapping_row_id,
        published.flow_class_id
    from lives
    inner join artifacts
        on lives.artifact_id = artifacts.artifact_id
    inner join published
        on lives.artifact_id = published.artifact_id
    left join resolutions
        on
            artifacts.connection = resolutions.connection
            and artifacts.resolution = resolutions.tool_value
    left join estimates
        on lives.artifact_id = estimates.artifact_id
    left join gaps
        on lives.artifact_id = gaps.artifact_id
)

select * from final
