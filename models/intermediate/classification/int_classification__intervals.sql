with

intervals as (
    select * from {{ ref('int_timeline__intervals') }}
),

tag_sets as (
    select * from {{ ref('int_classification__tag_sets') }}
),

removals as (
    select
        artifact_id,
        removed_at
    from {{ ref('int_artifacts__artifacts') }}
    where removed_at <= {{ as_of() }}
),

validity_spans as (
    select * from {{ ref('int_classification__validity_spans') }}
),

state_rules as (
    select * from {{ ref('int_classification__state_rules') }}
),

classes as (
    select * from {{ ref('int_classification__classes') }}
),

mapped as (
    select
        intervals.artifact_id,
        intervals.connection,
        intervals.tool,
        intervals.interval_number,
        intervals.entered_at,
        intervals.entered_date,
        intervals.left_at,
        intervals.tool_state,
        intervals.artifact_type,
        intervals.project,
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
        classes.situation_id,
        classes.model,
        classes.flow_item,
        classes.flow_level,
        classes.flow_item_mapping_source,
        classes.flow_item_mapping_row_id,
        classes.product_id,
        classes.product_mapping_row_id,
        classes.team_id,
        classes.team_mapping_row_id
    from intervals
    inner join validity_spans
        on
            intervals.entered_date >= validity_spans.starts_on
            and intervals.entered_date < validity_spans.ends_on
    left join tag_sets
        on intervals.artifact_id = tag_sets.artifact_id
    left join state_rules
        on
            intervals.connection = state_rules.connection
            and intervals.project is not distinct from state_rules.project
            and intervals.artifact_type is not distinct from state_rules.artifact_type
            and intervals.tool_state = state_rules.tool_state
            and validity_spans.starts_on = state_rules.starts_on
    left join classes
        on
            intervals.connection = classes.connection
            and intervals.project is not distinct from classes.project
            and intervals.artifact_type is not distinct from classes.artifact_type
            and coalesce(tag_sets.tag_set, '') = classes.tag_set
            and validity_spans.starts_on = classes.starts_on
),

-- What is gone was last in the state in which the tool showed it, up to the moment when it was missed.
final as (
    select
        mapped.artifact_id,
        mapped.connection,
        mapped.tool,
        mapped.interval_number,
        mapped.entered_at,
        mapped.entered_date,
        coalesce(
            mapped.left_at,
            case when mapped.abstract_state is distinct from 'done' then removals.removed_at end
        ) as left_at,
        mapped.left_at is null as is_current,
        coalesce(
            mapped.left_at is null and mapped.abstract_state is distinct from 'done'
            and removals.removed_at is not null,
            false
        ) as is_ended_by_removal,
        mapped.tool_state,
        mapped.artifact_type,
        mapped.project,
        mapped.is_flagged,
        mapped.is_inferred,
        mapped.is_observed,
        mapped.abstract_state,
        mapped.is_blocked,
        mapped.state_outcome,
        mapped.state_mapping_source,
        mapped.state_mapping_row_id,
        mapped.situation_id,
        mapped.model,
        mapped.flow_item,
        mapped.flow_level,
        mapped.flow_item_mapping_source,
        mapped.flow_item_mapping_row_id,
        mapped.product_id,
        mapped.product_mapping_row_id,
        mapped.team_id,
        mapped.team_mapping_row_id
    from mapped
    left join removals
        on mapped.artifact_id = removals.artifact_id
)

select * from final
