with

points as (
    select * from {{ ref('int_timeline__points') }}
),

validity_spans as (
    select * from {{ ref('int_classification__validity_spans') }}
),

state_mapping as (
    select * from {{ ref('int_seeds__state_mapping') }}
),

listed_states as (
    select * from {{ ref('int_artifacts__states') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

-- Under one name, projects may have states of their own: what their artifacts carry goes before all else.
project_states as (
    select
        connection,
        project,
        tool_state,
        case
            when count(distinct tool_state_category) = 1 then max(tool_state_category)
        end as tool_state_category
    from artifacts
    group by
        connection,
        project,
        tool_state
),

current_states as (
    select
        connection,
        tool_state,
        case
            when count(distinct tool_state_category) = 1 then max(tool_state_category)
        end as tool_state_category
    from artifacts
    group by
        connection,
        tool_state
),

-- The category that artifacts now in a state carry, where they agree, goes before the tool's list of states.
tool_categories as (
    select
        coalesce(current_states.connection, listed_states.connection) as connection,
        coalesce(current_states.tool_state, listed_states.tool_state) as tool_state,
        coalesce(current_states.tool_state_category, listed_states.tool_state_category) as tool_state_category
    from listed_states
    full outer join current_states
        on
            listed_states.connection = current_states.connection
            and listed_states.tool_state = current_states.tool_state
),

distinct_situations as (
    select distinct
        points.tool,
        points.connection,
        points.project,
        points.artifact_type,
        points.tool_state,
        validity_spans.starts_on
    from points
    inner join validity_spans
        on
            points.changed_date >= validity_spans.starts_on
            and points.changed_date < validity_spans.ends_on
),

situations as (
    select
        *,
        row_number() over (
            order by tool, connection, project nulls last, artifact_type nulls last, tool_state, starts_on
        ) as state_rule_id
    from distinct_situations
),

candidates as (
    select
        situations.state_rule_id,
        state_mapping.abstract_state,
        state_mapping.outcome,
        state_mapping.origin,
        state_mapping.mapping_row_id,
        row_number() over (
            partition by situations.state_rule_id
            order by
                case state_mapping.origin when 'organisation' then 1 else 2 end asc,
                state_mapping.precedence asc nulls last,
                state_mapping.specificity desc,
                state_mapping.pattern desc,
                state_mapping.mapping_row_id asc
        ) as preference
    from situations
    inner join state_mapping
        on
            lower(trim(situations.tool_state)) = state_mapping.tool_state
            and {{ rule_applies('situations', 'state_mapping') }}
            and (
                state_mapping.artifact_type is null
                or lower(trim(situations.artifact_type)) = state_mapping.artifact_type
            )
),

final as (
    select
        situations.state_rule_id,
        situations.tool,
        situations.connection,
        situations.project,
        situations.artifact_type,
        situations.tool_state,
        situations.starts_on,
        coalesce(
            candidates.abstract_state, project_states.tool_state_category, tool_categories.tool_state_category
        ) as abstract_state,
        candidates.outcome as state_outcome,
        case
            when candidates.mapping_row_id is not null then candidates.origin
            when coalesce(project_states.tool_state_category, tool_categories.tool_state_category) is not null
                then 'tool_category'
            else 'unmapped'
        end as state_mapping_source,
        candidates.mapping_row_id as state_mapping_row_id
    from situations
    left join candidates
        on
            situations.state_rule_id = candidates.state_rule_id
            and candidates.preference = 1
    left join tool_categories
        on
            situations.connection = tool_categories.connection
            and situations.tool_state = tool_categories.tool_state
    left join project_states
        on
            situations.connection = project_states.connection
            and situations.project = project_states.project
            and situations.tool_state = project_states.tool_state
)

select * from final
