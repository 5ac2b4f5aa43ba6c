{{ config(materialized='view') }}

with

intervals as (
    select * from {{ ref('int_classification__interval_situations') }}
),

state_rules as (
    select * from {{ ref('int_classification__state_rules') }}
),

classes as (
    select * from {{ ref('int_classification__classes') }}
),

final as (
    select
        intervals.artifact_id,
        classes.connection,
        classes.tool,
        intervals.interval_number,
        intervals.entered_at,
        intervals.entered_date,
        intervals.left_at,
        intervals.is_current,
        intervals.is_ended_by_removal,
        state_rules.tool_state,
        classes.artifact_type,
        classes.project,
        intervals.is_flagged,
        intervals.is_inferred,
        intervals.is_observed,
        -- Flagged work has someone's name on it, but nobody can go on with it.
        case
            when intervals.is_flagged and state_rules.abstract_state = 'active' then 'waiting'
            else state_rules.abstract_state
        end as abstract_state,
        coalesce(intervals.is_flagged and state_rules.abstract_state = 'active', false) as is_blocked,
        state_rules.state_outcome,
        state_rules.state_mapping_source,
        state_rules.state_mapping_row_id,
        intervals.situation_id,
        classes.model,
        classes.flow_item,
        classes.flow_level,
        classes.flow_item_mapping_source,
        classes.flow_item_mapping_row_id,
        classes.product_id,
        classes.product_mapping_row_id,
        classes.team_id,
        classes.team_mapping_row_id,
        classes.flow_class_id
    from intervals
    inner join state_rules
        on intervals.state_rule_id = state_rules.state_rule_id
    inner join classes
        on intervals.situation_id = classes.situation_id
)

select * from final
