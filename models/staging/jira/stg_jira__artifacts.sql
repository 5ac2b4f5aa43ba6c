{{ config(enabled='jira' in var('tools'), materialized='view') }}

with

issues as (
    select * from {{ ref('stg_jira__issues') }}
),

names as (
    select * from {{ ref('stg_jira__names') }}
),

removals as (
    select * from {{ ref('stg_jira__removals') }}
),

-- A renamed state or type updates no issue: what was loaded of one may still have the name of its day.
final as (
    select
        issues.connection || ':' || issues.id as artifact_id,
        issues.connection,
        'jira' as tool,
        issues.id as native_id,
        issues.key as artifact_key,
        {{ jira_project('issues.key') }} as project,
        coalesce(type_names.name, issues.issue_type) as artifact_type,
        issues.summary as title,
        regexp_replace(issues.self, '/rest/api/.*$', '') || '/browse/' || issues.key as url,
        cast(null as {{ dbt.type_string() }}) as first_tool_state,
        coalesce(state_names.name, issues.status) as tool_state,
        case issues.status_category
            when 'new' then 'new'
            when 'indeterminate' then 'active'
            when 'done' then 'done'
        end as tool_state_category,
        issues.resolution,
        issues.flag is not null and issues.flag not in ('', '[]') as is_flagged,
        issues.priority,
        cast(null as {{ dbt.type_string() }}) as severity,
        coalesce(issues.labels, '[]') as labels,
        coalesce(issues.components, '[]') as components,
        {{ to_json(named_struct({'team': 'issues.team'})) }} as scope_values,
        issues.connection || ':' || coalesce(issues.parent_id, epics.id) as parent_artifact_id,
        coalesce(issues.is_subtask, false) as is_subtask,
        issues.estimate,
        issues.reporter_account,
        issues.assignee_account,
        issues.created_at,
        issues.updated_at,
        issues.resolved_at,
        removals.removed_at,
        issues.loaded_at
    from issues
    left join issues as epics
        on
            issues.connection = epics.connection
            and issues.epic_key = epics.key
    left join names as state_names
        on
            issues.connection = state_names.connection
            and issues.status_id = state_names.id
            and state_names.attribute = 'state'
    left join names as type_names
        on
            issues.connection = type_names.connection
            and issues.issue_type_id = type_names.id
            and type_names.attribute = 'type'
    left join removals
        on
            issues.connection = removals.connection
            and issues.id = removals.native_id
)

select {{ shape_columns('artifacts') | join(', ') }}
from final
