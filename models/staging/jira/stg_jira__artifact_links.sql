{{ config(enabled='jira' in var('tools'), materialized='view') }}

with

issues as (
    select * from {{ ref('stg_jira__issues') }}
),

histories as (
    select * from {{ ref('stg_jira__histories') }}
    where attribute = 'link' and to_id is not null
),

unpacked as (
    select
        connection,
        id,
        key,
        {{ json_struct('links', [{
            'type': {'outward': 'text'},
            'inwardIssue': {'id': 'text', 'key': 'text'},
            'outwardIssue': {'id': 'text', 'key': 'text'},
        }]) }} as links
    from issues
    where links != '[]'
),

links as (
    select
        connection,
        id,
        key,
        {{ unnested('links', 'link') }}
    from unpacked
),

-- Each end shows the link; read from the outward end, both say the same.
directed as (
    select
        connection,
        link.type.outward as tool_link_type,
        coalesce(link.inwardissue.id, id) as from_id,
        coalesce(link.inwardissue.key, key) as from_key,
        coalesce(link.outwardissue.id, id) as to_id,
        coalesce(link.outwardissue.key, key) as to_key
    from links
),

-- A change of links stands in the history of one end, or of both, and names the other end by its key.
sides as (
    select
        connection,
        from_id,
        to_id,
        tool_link_type,
        from_id as issue_id,
        to_key as other_key
    from directed
    union all
    select
        connection,
        from_id,
        to_id,
        tool_link_type,
        to_id as issue_id,
        from_key as other_key
    from directed
),

final as (
    select
        sides.connection || ':' || sides.from_id as from_artifact_id,
        sides.connection || ':' || sides.to_id as to_artifact_ref,
        sides.tool_link_type,
        min(histories.changed_at) as linked_at
    from sides
    left join histories
        on
            sides.connection = histories.connection
            and sides.issue_id = histories.issue_id
            and sides.other_key = histories.to_id
    group by
        sides.connection,
        sides.from_id,
        sides.to_id,
        sides.tool_link_type
)

select {{ shape_columns('artifact_links') | join(', ') }}
from final
