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

final as (
    select
        unpacked.connection,
        unpacked.issue_id,
        listed.event.id as event_id,
        listed.event.event as event_type,
        listed.position,
        {{ parse_time('listed.event.created_at') }} as created_at,
        listed.event.actor.login as actor_account,
        listed.event.label.name as label,
        listed.event.assignee.login as assignee_account,
        listed.event.issue_type.name as issue_type,
        listed.event.prev_issue_type.name as previous_issue_type,
        listed.event.source.issue.id as source_issue_id,
        listed.event.source.issue.pull_request.url is not null as is_from_pull_request
    from unpacked
    {{ unnest_list('unpacked.timeline.events', 'listed', 'event', 'position') }}
)

select * from final
