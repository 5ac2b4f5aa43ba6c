{{ config(
    enabled='github' in var('tools'),
    materialized=record_materialization(),
    incremental_strategy='replace_records',
    on_schema_change='sync_all_columns',
    unique_key=['connection', 'id'],
) }}

with

source as (
    select
        *,
        {{ record_version() }} as record_version
    from {{ source('raw_github', 'issues') }}
),

unpacked as (
    select
        connection,
        id,
        record_version,
        repository,
        number,
        {{ utc('updated_at') }} as updated_at,
        {{ utc('loaded_at') }} as loaded_at,
        {{ json_struct('record', {
            'title': 'text',
            'html_url': 'text',
            'state': 'text',
            'state_reason': 'text',
            'type': {'name': 'text'},
            'labels': [{'name': 'text'}],
            'user': {'login': 'text'},
            'assignee': {'login': 'text'},
            'parent_issue_url': 'text',
            'pull_request': {'url': 'text'},
            'created_at': 'text',
            'closed_at': 'text',
        }) }} as issue
    from source
    where {{ is_unpacked_anew('source', ['connection', 'id']) }}
),

final as (
    select
        connection || ':' || id as artifact_id,
        connection,
        id,
        record_version,
        repository,
        number,
        issue.pull_request.url is not null as is_pull_request,
        issue.title,
        issue.html_url as url,
        issue.state,
        issue.state_reason,
        issue.type.name as issue_type,
        coalesce({{ to_json(list_field('issue.labels', 'name')) }}, '[]') as labels,
        issue.parent_issue_url,
        issue['user'].login as reporter_account,
        issue.assignee.login as assignee_account,
        {{ parse_time('issue.created_at') }} as created_at,
        {{ parse_time('issue.closed_at') }} as closed_at,
        updated_at,
        loaded_at
    from unpacked
)

select * from final
