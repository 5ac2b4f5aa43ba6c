{{ config(enabled='github' in var('tools'), materialized='view') }}

with

events as (
    select * from {{ ref('stg_github__timeline_events') }}
    where event_type = 'cross-referenced' and is_from_pull_request
),

issues as (
    select * from {{ ref('stg_github__issues') }}
),

pull_requests as (
    select * from {{ source('raw_github', 'pull_requests') }}
),

-- GitHub notes on the issue which pull request mentions it; there the pull request has its id as an issue.
final as (
    select
        events.connection || ':' || pull_requests.id as changeset_id,
        issues.artifact_id as to_artifact_ref,
        events.event_type as tool_link_type,
        min(events.created_at) as linked_at
    from events
    inner join pull_requests
        on
            events.connection = pull_requests.connection
            and events.source_issue_id = pull_requests.issue_id
    inner join issues
        on
            events.connection = issues.connection
            and events.issue_id = issues.id
    where not issues.is_pull_request
    group by
        events.connection,
        pull_requests.id,
        issues.artifact_id,
        events.event_type
)

select {{ shape_columns('changeset_links') | join(', ') }}
from final
