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

situations as (
    select * from {{ ref('int_classification__situations') }}
),

situated as (
    select
        intervals.artifact_id,
        intervals.interval_number,
        intervals.entered_at,
        intervals.entered_date,
        intervals.left_at,
        intervals.is_flagged,
        intervals.is_inferred,
        intervals.is_observed,
        state_rules.state_rule_id,
        situations.situation_id,
        coalesce(state_rules.abstract_state = 'done', false) as is_done
    from intervals
    inner join validity_spans
        on
            intervals.entered_date >= validity_spans.starts_on
            and intervals.entered_date < validity_spans.ends_on
    left join tag_sets
        on intervals.artifact_id = tag_sets.artifact_id
    inner join state_rules
        on
            intervals.connection = state_rules.connection
            and intervals.project is not distinct from state_rules.project
            and intervals.artifact_type is not distinct from state_rules.artifact_type
            and intervals.tool_state = state_rules.tool_state
            and validity_spans.starts_on = state_rules.starts_on
    inner join situations
        on
            intervals.connection = situations.connection
            and intervals.project is not distinct from situations.project
            and intervals.artifact_type is not distinct from situations.artifact_type
            and coalesce(tag_sets.tag_set, '') = situations.tag_set
            and validity_spans.starts_on = situations.starts_on
),

-- What is gone was last in the state in which the tool showed it, up to the moment when it was missed.
final as (
    select
        situated.artifact_id,
        situated.interval_number,
        situated.entered_at,
        situated.entered_date,
        coalesce(
            situated.left_at,
            case when not situated.is_done then removals.removed_at end
        ) as left_at,
        situated.left_at is null as is_current,
        situated.left_at is null and not situated.is_done and removals.removed_at is not null
            as is_ended_by_removal,
        situated.is_flagged,
        situated.is_inferred,
        situated.is_observed,
        situated.state_rule_id,
        situated.situation_id
    from situated
    left join removals
        on situated.artifact_id = removals.artifact_id
)

select * from final
