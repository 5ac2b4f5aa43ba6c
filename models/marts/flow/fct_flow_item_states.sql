with

items as (
    select * from {{ ref('fct_flow_items') }}
),

intervals as (
    select
        *,
        {{ epoch_milliseconds('coalesce(left_at, ' ~ as_of() ~ ')') }}
        - {{ epoch_milliseconds('entered_at') }} as duration_ms
    from {{ ref('int_classification__intervals') }}
),

final as (
    select
        intervals.artifact_id,
        intervals.entered_at,
        intervals.left_at,
        cast(intervals.interval_number as bigint) as interval_number,
        intervals.is_current,
        intervals.tool_state,
        intervals.abstract_state,
        intervals.is_flagged,
        intervals.is_blocked,
        intervals.artifact_type,
        intervals.project,
        intervals.model,
        intervals.flow_item,
        intervals.flow_level,
        intervals.product_id,
        intervals.team_id,
        -- What is done stays done: that is nobody's duration.
        case
            when intervals.left_at is null and intervals.abstract_state = 'done' then null
            else {{ seconds('intervals.duration_ms') }}
        end as duration_seconds,
        intervals.state_mapping_source,
        intervals.state_mapping_row_id,
        intervals.flow_item_mapping_source,
        intervals.flow_item_mapping_row_id,
        intervals.product_mapping_row_id,
        intervals.team_mapping_row_id,
        intervals.is_inferred,
        intervals.is_observed
    from intervals
    inner join items
        on intervals.artifact_id = items.artifact_id
)

select * from final
