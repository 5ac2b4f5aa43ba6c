{{ config(enabled='github' in var('tools'), materialized='view') }}

with

pull_requests as (
    select * from {{ ref('stg_github__pull_requests') }}
),

removals as (
    select * from {{ ref('stg_github__removals') }}
),

final as (
    select
        pull_requests.connection || ':' || pull_requests.id as changeset_id,
        pull_requests.connection,
        'github' as tool,
        pull_requests.id as native_id,
        pull_requests.repository || '#' || pull_requests.number as changeset_key,
        pull_requests.repository,
        pull_requests.title,
        pull_requests.body,
        pull_requests.url,
        pull_requests.source_branch,
        pull_requests.target_branch,
        case
            when pull_requests.merged_at is not null then 'merged'
            else pull_requests.state
        end as changeset_state,
        pull_requests.is_draft,
        pull_requests.labels,
        pull_requests.author_account,
        pull_requests.merge_commit_sha,
        pull_requests.created_at,
        pull_requests.updated_at,
        pull_requests.merged_at,
        pull_requests.closed_at,
        removals.removed_at,
        pull_requests.loaded_at
    from pull_requests
    left join removals
        on
            pull_requests.connection = removals.connection
            and pull_requests.issue_id = removals.native_id
)

select {{ shape_columns('changesets') | join(', ') }}
from final
