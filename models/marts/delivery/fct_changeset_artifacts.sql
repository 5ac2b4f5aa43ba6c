with

links as (
    select * from {{ ref('int_traces__changeset_artifacts') }}
),

changesets as (
    select * from {{ ref('fct_changesets') }}
),

final as (
    select
        links.changeset_id,
        links.artifact_id,
        links.is_in_title,
        links.is_in_branch,
        links.is_in_body,
        links.is_in_commit,
        links.is_in_tool_link
    from links
    inner join changesets
        on links.changeset_id = changesets.changeset_id
)

select * from final
