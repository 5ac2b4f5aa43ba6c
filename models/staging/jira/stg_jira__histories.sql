{{ config(enabled='jira' in var('tools')) }}

with

source as (
    select * from {{ source('raw_jira', 'issue_changelogs') }}
),

unpacked as (
    select
        connection,
        issue_id,
        {{ json_struct('record', {'histories': [{
            'id': 'text',
            'created': 'text',
            'author': {'accountId': 'text', 'key': 'text', 'name': 'text'},
            'items': [{'field': 'text', 'from': 'text', 'fromString': 'text', 'to': 'text', 'toString': 'text'}],
        }]}) }} as changelog
    from source
),

histories as (
    select
        connection,
        issue_id,
        {{ unnested('changelog.histories', 'history') }}
    from unpacked
),

items as (
    select
        connection,
        issue_id,
        history.id as history_id,
        {{ parse_time('history.created') }} as changed_at,
        coalesce(history.author.accountid, history.author.key, history.author.name) as actor_account,
        {{ unnested("history['items']", 'item', 'position') }}
    from histories
),

final as (
    select
        connection,
        issue_id,
        history_id,
        position,
        changed_at,
        actor_account,
        case lower(item['field'])
            when 'status' then 'state'
            when 'issuetype' then 'type'
            when 'issue type' then 'type'
            when 'key' then 'project'
            when 'flagged' then 'flag'
            when 'sprint' then 'sprint'
            when 'story points' then 'estimate'
            when 'story point estimate' then 'estimate'
            when 'resolution' then 'resolution'
            when 'priority' then 'priority'
            when 'parent' then 'parent'
            when 'issueparentassociation' then 'parent'
            when 'epic link' then 'parent'
            when 'labels' then 'label'
            when 'component' then 'component'
            when 'assignee' then 'assignee'
            when 'link' then 'link'
        end as attribute,
        nullif(item['from'], '') as from_id,
        nullif(item['fromString'], '') as from_name,
        nullif(item['to'], '') as to_id,
        nullif(item['toString'], '') as to_name
    from items
)

select * from final
where attribute is not null
