{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'issues') }}
),

removals as (
    select * from {{ ref('stg_github__removals') }}
),

unpacked as (
    select
        connection,
        id,
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
),

final as (
    select
        unpacked.connection || ':' || unpacked.id as artifact_id,
        unpacked.connection,
        unpacked.id,
        unpacked.repository,
        unpacked.number,
        unpacked.issue.pull_request.url is not null as is_pull_request,
        unpacked.issue.title,
        unpacked.issue.html_url as url,
        unpacked.issue.state,
        unpacked.issue.state_reason,
        unpacked.issue.type.name as issue_type,
        coalesce({{ to_json(list_field('unpacked.issue.labels', 'name')) }}, '[]') as labels,
        unpacked.issue.parent_issue_url,
        unpacked.issue['user'].login as reporter_account,
        unpacked.issue.assignee.login as assignee_account,
        {{ parse_time('unpacked.issue.created_at') }} as created_at,
        {{ parse_time('unpacked.issue.closed_at') }} as closed_at,
        unpacked.updated_at,
        removals.removed_at,
        unpacked.loaded_at
    from unpacked
    left join removals
        on
            unpacked.connection = removals.connection
            and unpacked.id = removals.native_id
)

select * from final
