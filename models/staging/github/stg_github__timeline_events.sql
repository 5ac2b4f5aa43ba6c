{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'issue_timelines') }}
),

unpacked as (
    select
        connection,
        issue_id,
        {{ json_struct('record', {'events': [{
            'id': 'text',
            'node_id': 'text',
            'event': 'text',
            'created_at': 'text',
            'actor': {'login': 'text'},
            'label': {'name': 'text'},
            'assignee': {'login': 'text'},
            'issue_type': {'name': 'text'},
            'prev_issue_type': {'name': 'text'},
            'source': {'issue': {
                'id': 'text', 'number': 'text', 'repository_url': 'text', 'pull_request': {'url': 'text'}
            }},
        }]}) }} as timeline
    from source
),

listed as (
    select
        connection,
        issue_id,
        {{ unnested('timeline.events', 'event', 'position') }}
    from unpacked
),

final as (
    select
        connection,
        issue_id,
        event.id as event_id,
        event.event as event_type,
        position,
        {{ parse_time('event.created_at') }} as created_at,
        event.actor.login as actor_account,
        event.label.name as label,
        event.assignee.login as assignee_account,
        event.issue_type.name as issue_type,
        event.prev_issue_type.name as previous_issue_type,
        event.source.issue.id as source_issue_id,
        event.source.issue.pull_request.url is not null as is_from_pull_request
    from listed
)

select * from final
