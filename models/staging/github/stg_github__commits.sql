{{ config(enabled='github' in var('tools'), materialized='view') }}

with

commits as (
    select * from {{ ref('stg_github__pull_request_commits') }}
    where record_version is null
),

-- The same commit may stand in several changesets: the key holds both.
final as (
    select
        connection || ':' || pull_request_id || ':' || commit_sha as commit_id,
        connection || ':' || pull_request_id as changeset_id,
        commit_sha,
        message,
        author_account,
        authored_at,
        committed_at
    from commits
)

select {{ shape_columns('commits') | join(', ') }}
from final
