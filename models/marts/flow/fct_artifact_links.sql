with

links as (
    select * from {{ ref('int_artifacts__links') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

artifact_keys as (
    select * from {{ ref('int_artifacts__keys') }}
),

-- Tools name the other end by its id, or by a key that it has or had.
resolved as (
    select
        links.from_artifact_id,
        links.to_artifact_id as to_artifact_ref,
        coalesce(ends.artifact_id, keyed.artifact_id) as to_artifact_id,
        links.link_type,
        links.tool_link_type,
        links.linked_at
    from links
    left join artifacts as ends
        on links.to_artifact_id = ends.artifact_id
    left join artifact_keys as keyed
        on
            ends.artifact_id is null
            and upper(links.to_artifact_id) = upper(keyed.artifact_key)
),

final as (
    select
        resolved.from_artifact_id,
        min(origins.artifact_key) as from_artifact_key,
        min(origins.title) as from_title,
        resolved.to_artifact_ref,
        resolved.to_artifact_id,
        min(targets.artifact_key) as to_artifact_key,
        min(targets.title) as to_title,
        min(resolved.link_type) as link_type,
        resolved.tool_link_type,
        min(resolved.linked_at) as linked_at
    from resolved
    inner join artifacts as origins
        on resolved.from_artifact_id = origins.artifact_id
    left join artifacts as targets
        on resolved.to_artifact_id = targets.artifact_id
    where resolved.linked_at is null or resolved.linked_at <= {{ as_of() }}
    group by
        resolved.from_artifact_id,
        resolved.to_artifact_ref,
        resolved.to_artifact_id,
        resolved.tool_link_type
)

select * from final
