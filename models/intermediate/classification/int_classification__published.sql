with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

lives as (
    select * from {{ ref('int_flow__lives') }}
),

-- Finished work is what it was when it was finished, open work what it is now.
final as (
    select
        intervals.artifact_id,
        intervals.state_outcome,
        intervals.model,
        intervals.flow_item,
        intervals.flow_level,
        intervals.flow_item_mapping_source,
        intervals.flow_item_mapping_row_id,
        intervals.product_id,
        intervals.product_mapping_row_id,
        intervals.team_id,
        intervals.team_mapping_row_id,
        intervals.flow_class_id
    from intervals
    inner join lives
        on
            intervals.artifact_id = lives.artifact_id
            and (
                intervals.entered_at = lives.completed_at
                or (lives.completed_at is null and intervals.is_current)
            )
)

select * from final
