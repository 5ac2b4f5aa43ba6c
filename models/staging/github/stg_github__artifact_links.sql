{{ config(enabled='github' in var('tools'), materialized='view') }}

with

events as (
    select * from {{ ref('stg_github__timeline_events') }}
    where event_type = 'cross-referenced' and not is_from_pull_request and source_issue_id is not null
),

issues as (
    select * from {{ ref('stg_github__issues') }}
    where not is_pull_request
),

final as (
    select
        events.connection || ':' || events.source_issue_id as from_artifact_id,
        issues.artifact_id as to_artifact_ref,
        events.event_type as tool_link_type,
        min(events.created_at) as linked_at
    from events
    inner join issues
        on
            events.connection = issues.connection
            and events.issue_id = issues.id
    group by
        events.connection,
        events.source_issue_id,
        issues.artifact_id,
        events.event_type
)

select {{ shape_columns('artifact_links') | join(', ') }}
from final
