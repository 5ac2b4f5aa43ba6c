{{ config(enabled='github' in var('tools'), materialized='view') }}

with

runs as (
    select * from {{ ref('stg_github__workflow_runs') }}
),

final as (
    select
        connection || ':' || id as build_id,
        connection,
        'github' as tool,
        id as native_id,
        repository,
        name as build_name,
        head_branch as branch,
        head_sha as commit_sha,
        event as trigger,
        coalesce(conclusion, status) as tool_state,
        attempt,
        url,
        created_at,
        started_at,
        -- A run has no time of its end: its last update is it, once it is completed.
        case when status = 'completed' then updated_at end as finished_at
    from runs
)

select {{ shape_columns('builds') | join(', ') }}
from final
