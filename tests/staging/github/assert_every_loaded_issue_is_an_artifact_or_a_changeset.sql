-- Each issue in raw_github is exactly one artifact, or, if it is a pull request, exactly one changeset.
{{ config(enabled='github' in var('tools')) }}

with

loaded as (
    select
        issues.connection || ':' || issues.id as issue_id,
        issues.connection || ':' || pull_requests.id as changeset_id
    from {{ source('raw_github', 'issues') }} as issues
    left join {{ source('raw_github', 'pull_requests') }} as pull_requests
        on
            issues.connection = pull_requests.connection
            and issues.id = pull_requests.issue_id
),

staged as (
    select
        artifact_id as issue_id,
        cast(null as {{ dbt.type_string() }}) as changeset_id
    from {{ ref('stg_github__artifacts') }}
    union all
    select
        cast(null as {{ dbt.type_string() }}) as issue_id,
        changeset_id
    from {{ ref('stg_github__changesets') }}
),

matched as (
    select
        loaded.issue_id,
        loaded.changeset_id,
        count(staged.issue_id) as artifact_count,
        count(staged.changeset_id) as changeset_count
    from loaded
    left join staged
        on
            (loaded.changeset_id is null and loaded.issue_id = staged.issue_id)
            or loaded.changeset_id = staged.changeset_id
    group by
        loaded.issue_id,
        loaded.changeset_id
)

select
    issue_id,
    changeset_id,
    artifact_count,
    changeset_count
from matched
where artifact_count + changeset_count != 1
