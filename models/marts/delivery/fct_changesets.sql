with

changesets as (
    select * from {{ ref('int_delivery__changesets') }}
),

reviews as (
    select
        changeset_id,
        count(*) as review_count,
        min(submitted_at) as first_reviewed_at
    from {{ ref('int_delivery__reviews') }}
    where submitted_at <= {{ as_of() }}
    group by changeset_id
),

commits as (
    select
        changeset_id,
        count(*) as commit_count,
        min(committed_at) as first_committed_at
    from {{ ref('int_delivery__commits') }}
    where committed_at <= {{ as_of() }}
    group by changeset_id
),

links as (
    select
        changeset_id,
        count(*) as artifact_count
    from {{ ref('int_traces__changeset_artifacts') }}
    group by changeset_id
),

final as (
    select
        changesets.changeset_id,
        changesets.connection,
        changesets.tool,
        changesets.changeset_key,
        changesets.repository,
        changesets.title,
        changesets.url,
        changesets.source_branch,
        changesets.target_branch,
        case
            when changesets.merged_at <= {{ as_of() }} then 'merged'
            when changesets.closed_at <= {{ as_of() }} then 'closed'
            else 'open'
        end as changeset_state,
        changesets.is_draft,
        changesets.author_account,
        commits.first_committed_at,
        changesets.created_at as opened_at,
        reviews.first_reviewed_at,
        case when changesets.merged_at <= {{ as_of() }} then changesets.merged_at end as merged_at,
        case when changesets.closed_at <= {{ as_of() }} then changesets.closed_at end as closed_at,
        cast(coalesce(commits.commit_count, 0) as bigint) as commit_count,
        cast(coalesce(reviews.review_count, 0) as bigint) as review_count,
        cast(coalesce(links.artifact_count, 0) as bigint) as artifact_count
    from changesets
    left join reviews
        on changesets.changeset_id = reviews.changeset_id
    left join commits
        on changesets.changeset_id = commits.changeset_id
    left join links
        on changesets.changeset_id = links.changeset_id
    where changesets.created_at <= {{ as_of() }}
)

select * from final
