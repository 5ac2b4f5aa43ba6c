{{ config(
    enabled='github' in var('tools'),
    materialized=record_materialization(),
    incremental_strategy='replace_records',
    on_schema_change='sync_all_columns',
    unique_key=['connection', 'issue_id'],
) }}

with

timelines as (
    select
        connection,
        issue_id,
        _dlt_load_id,
        record
    from {{ source('raw_github', 'issue_timelines') }}
),

-- The same without the records, which are long to read.
versions as (
    select
        connection,
        issue_id,
        _dlt_load_id,
        {{ record_version() }} as record_version
    from {{ source('raw_github', 'issue_timelines') }}
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
    from timelines
    where {{ is_unpacked_anew('timelines', ['connection', 'issue_id'], 'versions') }}
),

listed as (
    select
        connection,
        issue_id,
        {{ unnested('timeline.events', 'event', 'position') }}
    from unpacked
),

-- A timeline without events has a row, too: it was unpacked, and what it held before is gone.
final as (
    select
        connection,
        issue_id,
        null as record_version,
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
    union all
    select
        connection,
        issue_id,
        record_version,
        null as event_id,
        null as event_type,
        null as position,
        null as created_at,
        null as actor_account,
        null as label,
        null as assignee_account,
        null as issue_type,
        null as previous_issue_type,
        null as source_issue_id,
        null as is_from_pull_request
    from versions
    where {{ is_unpacked_anew('versions', ['connection', 'issue_id']) }}
)

select * from final
