with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

points as (
    select * from {{ ref('int_timeline__points') }}
),

validity_spans as (
    select * from {{ ref('int_classification__validity_spans') }}
),

state_rules as (
    select * from {{ ref('int_classification__state_rules') }}
),

mapped_points as (
    select
        points.*,
        state_rules.abstract_state,
        lag(state_rules.abstract_state) over artifact_order as previous_abstract_state,
        lag(points.tool_state) over artifact_order as previous_tool_state,
        lag(points.artifact_type) over artifact_order as previous_artifact_type,
        lag(points.project) over artifact_order as previous_project
    from points
    inner join validity_spans
        on
            points.changed_date >= validity_spans.starts_on
            and points.changed_date < validity_spans.ends_on
    left join state_rules
        on
            points.connection = state_rules.connection
            and points.project is not distinct from state_rules.project
            and points.artifact_type is not distinct from state_rules.artifact_type
            and points.tool_state = state_rules.tool_state
            and validity_spans.starts_on = state_rules.starts_on
    window artifact_order as (partition by points.artifact_id order by points.point_number)
),

-- A label that comes or goes on closed work, or below a newer one, changes nothing.
timeline_activity as (
    select
        artifact_id,
        case attribute
            when 'created' then 'created'
            when 'state' then 'state_changed'
            when 'state_label' then 'state_changed'
            when 'type' then 'type_changed'
            when 'project' then 'moved'
            when 'flag' then case when is_flagged then 'flagged' else 'unflagged' end
        end as activity_type,
        case attribute
            when 'state' then previous_tool_state
            when 'state_label' then previous_tool_state
            when 'type' then previous_artifact_type
            when 'project' then previous_project
        end as from_value,
        case attribute
            when 'created' then tool_state
            when 'state' then tool_state
            when 'state_label' then tool_state
            when 'type' then artifact_type
            when 'project' then project
        end as to_value,
        case
            when attribute in ('state', 'state_label') then previous_abstract_state
        end as from_abstract_state,
        case
            when attribute in ('created', 'state', 'state_label') then abstract_state
        end as to_abstract_state,
        changed_at as occurred_at,
        change_id,
        position,
        is_inferred,
        is_observed
    from mapped_points
    where attribute != 'state_label' or tool_state is distinct from previous_tool_state
),

other_changes as (
    select
        artifact_id,
        case attribute
            when 'sprint' then 'sprint_changed'
            when 'estimate' then 'estimate_changed'
            when 'resolution' then 'resolution_changed'
            when 'priority' then 'priority_changed'
            when 'parent' then 'parent_changed'
            when 'label' then 'label_changed'
            when 'component' then 'component_changed'
            when 'assignee' then 'assignee_changed'
        end as activity_type,
        from_value,
        to_value,
        cast(null as {{ dbt.type_string() }}) as from_abstract_state,
        cast(null as {{ dbt.type_string() }}) as to_abstract_state,
        changed_at as occurred_at,
        change_id,
        position,
        false as is_inferred,
        source = 'observed' as is_observed
    from {{ ref('int_artifacts__changes') }}
    where attribute not in ('state', 'type', 'project', 'flag')
),

links as (
    select
        from_artifact_id as artifact_id,
        'linked' as activity_type,
        cast(null as {{ dbt.type_string() }}) as from_value,
        tool_link_type || ' ' || to_artifact_ref as to_value,
        cast(null as {{ dbt.type_string() }}) as from_abstract_state,
        cast(null as {{ dbt.type_string() }}) as to_abstract_state,
        linked_at as occurred_at,
        tool_link_type || ' ' || to_artifact_ref as change_id,
        cast(0 as bigint) as position,
        false as is_inferred,
        false as is_observed
    from {{ ref('int_artifacts__tool_links') }}
    where linked_at is not null
),

deletions as (
    select
        artifact_id,
        'deleted' as activity_type,
        cast(null as {{ dbt.type_string() }}) as from_value,
        cast(null as {{ dbt.type_string() }}) as to_value,
        cast(null as {{ dbt.type_string() }}) as from_abstract_state,
        cast(null as {{ dbt.type_string() }}) as to_abstract_state,
        removed_at as occurred_at,
        'deleted' as change_id,
        cast(0 as bigint) as position,
        false as is_inferred,
        true as is_observed
    from artifacts
    where removed_at is not null
),

unioned as (
    select * from timeline_activity
    union all
    select * from other_changes
    union all
    select * from links
    union all
    select * from deletions
),

final as (
    select
        unioned.artifact_id || '|' || unioned.activity_type || '|' || cast(row_number() over (
            partition by unioned.artifact_id, unioned.activity_type
            order by
                unioned.occurred_at, length(unioned.change_id), unioned.change_id, unioned.position,
                unioned.from_value nulls last, unioned.to_value nulls last
        ) as {{ dbt.type_string() }}) as activity_id,
        unioned.artifact_id,
        artifacts.connection,
        artifacts.tool,
        unioned.activity_type,
        unioned.from_value,
        unioned.to_value,
        unioned.from_abstract_state,
        unioned.to_abstract_state,
        unioned.occurred_at,
        cast({{ local_time('unioned.occurred_at', reporting_timezone()) }} as date) as occurred_date,
        unioned.is_inferred,
        unioned.is_observed
    from unioned
    inner join artifacts
        on unioned.artifact_id = artifacts.artifact_id
    where unioned.occurred_at <= {{ as_of() }}
)

select * from final
