with

tool_links as (
    select * from {{ ref('int_artifacts__tool_links') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

link_types as (
    select * from {{ ref('int_classification__values') }}
    where field = 'link_type'
),

typed as (
    select
        tool_links.from_artifact_id,
        tool_links.to_artifact_ref as to_artifact_id,
        link_types.value as link_type,
        tool_links.tool_link_type,
        tool_links.linked_at
    from tool_links
    inner join artifacts
        on tool_links.from_artifact_id = artifacts.artifact_id
    left join link_types
        on
            artifacts.connection = link_types.connection
            and tool_links.tool_link_type = link_types.tool_value
),

parents as (
    select
        artifact_id as from_artifact_id,
        parent_artifact_id as to_artifact_id,
        'parent' as link_type,
        'parent' as tool_link_type,
        cast(null as timestamp) as linked_at
    from artifacts
    where parent_artifact_id is not null
),

final as (
    select * from typed
    union all
    select * from parents
)

select
    from_artifact_id,
    to_artifact_id,
    link_type,
    tool_link_type,
    linked_at
from final
