{{ config(enabled='jira' in var('tools')) }}

with

source as (
    select * from {{ source('raw_jira', 'issues') }}
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
        {{ json_struct('record', {'fields': {'issuelinks': [{
            'type': {'outward': 'text'},
            'inwardIssue': {'id': 'text', 'key': 'text'},
            'outwardIssue': {'id': 'text', 'key': 'text'},
        }]}}) }} as issue
    from source
),

links as (
    select
        connection,
        id,
        key,
        {{ unnested('issue.fields.issuelinks', 'link') }}
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

final as (
    select
        directed.connection || ':' || directed.from_id as from_artifact_id,
        directed.connection || ':' || directed.to_id as to_artifact_ref,
        directed.tool_link_type,
        min(histories.changed_at) as linked_at
    from directed
    left join histories
        on
            directed.connection = histories.connection
            and (
                (directed.from_id = histories.issue_id and directed.to_key = histories.to_id)
                or (directed.to_id = histories.issue_id and directed.from_key = histories.to_id)
            )
    group by
        directed.connection,
        directed.from_id,
        directed.to_id,
        directed.tool_link_type
)

select {{ shape_columns('artifact_links') | join(', ') }}
from final
