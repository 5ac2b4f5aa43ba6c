{{ config(enabled='github' in var('tools'), materialized='view') }}

with

issues as (
    select * from {{ ref('stg_github__issues') }}
),

removals as (
    select * from {{ ref('stg_github__removals') }}
),

final as (
    select
        issues.artifact_id,
        issues.connection,
        'github' as tool,
        issues.id as native_id,
        issues.repository || '#' || issues.number as artifact_key,
        issues.repository as project,
        coalesce(issues.issue_type, 'Issue') as artifact_type,
        issues.title,
        issues.url,
        -- Every issue starts open; GitHub writes no event for that.
        'open' as first_tool_state,
        issues.state as tool_state,
        case issues.state when 'open' then 'new' when 'closed' then 'done' end as tool_state_category,
        -- The reason of an open issue tells why it was reopened.
        case when issues.state = 'closed' then issues.state_reason end as resolution,
        false as is_flagged,
        cast(null as {{ dbt.type_string() }}) as priority,
        cast(null as {{ dbt.type_string() }}) as severity,
        issues.labels,
        '[]' as components,
        {{ to_json(named_struct({'repository': 'issues.repository'})) }} as scope_values,
        parents.artifact_id as parent_artifact_id,
        parents.artifact_id is not null as is_subtask,
        cast(null as double) as estimate,
        issues.reporter_account,
        issues.assignee_account,
        issues.created_at,
        issues.updated_at,
        issues.closed_at as resolved_at,
        removals.removed_at,
        issues.loaded_at
    from issues
    left join issues as parents
        on
            issues.connection = parents.connection
            and regexp_replace(issues.parent_issue_url, '^.*/repos/', '')
            = parents.repository || '/issues/' || parents.number
    left join removals
        on
            issues.connection = removals.connection
            and issues.id = removals.native_id
    where not issues.is_pull_request
)

select {{ shape_columns('artifacts') | join(', ') }}
from final
