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
    from {{ source('raw_github', 'pull_requests') }}
),

unpacked as (
    select
        connection,
        id,
        record_version,
        issue_id,
        repository,
        number,
        {{ utc('updated_at') }} as updated_at,
        {{ utc('loaded_at') }} as loaded_at,
        {{ json_struct('record', {
            'title': 'text',
            'body': 'text',
            'html_url': 'text',
            'state': 'text',
            'draft': 'boolean',
            'labels': [{'name': 'text'}],
            'user': {'login': 'text'},
            'head': {'ref': 'text'},
            'base': {'ref': 'text'},
            'merge_commit_sha': 'text',
            'created_at': 'text',
            'merged_at': 'text',
            'closed_at': 'text',
        }) }} as pull_request
    from source
    where {{ is_unpacked_anew('source', ['connection', 'id']) }}
),

final as (
    select
        connection,
        id,
        record_version,
        issue_id,
        repository,
        number,
        pull_request.title,
        pull_request.body,
        pull_request.html_url as url,
        pull_request.state,
        coalesce(pull_request.draft, false) as is_draft,
        coalesce({{ to_json(list_field('pull_request.labels', 'name')) }}, '[]') as labels,
        pull_request['user'].login as author_account,
        pull_request.head.ref as source_branch,
        pull_request.base.ref as target_branch,
        pull_request.merge_commit_sha,
        {{ parse_time('pull_request.created_at') }} as created_at,
        {{ parse_time('pull_request.merged_at') }} as merged_at,
        {{ parse_time('pull_request.closed_at') }} as closed_at,
        updated_at,
        loaded_at
    from unpacked
)

select * from final
