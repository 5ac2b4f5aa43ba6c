{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'pull_requests') }}
),

removals as (
    select * from {{ ref('stg_github__removals') }}
),

unpacked as (
    select
        connection,
        id,
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
),

final as (
    select
        unpacked.connection || ':' || unpacked.id as changeset_id,
        unpacked.connection,
        'github' as tool,
        unpacked.id as native_id,
        unpacked.repository || '#' || unpacked.number as changeset_key,
        unpacked.repository,
        unpacked.pull_request.title,
        unpacked.pull_request.body,
        unpacked.pull_request.html_url as url,
        unpacked.pull_request.head.ref as source_branch,
        unpacked.pull_request.base.ref as target_branch,
        case
            when unpacked.pull_request.merged_at is not null then 'merged'
            else unpacked.pull_request.state
        end as changeset_state,
        coalesce(unpacked.pull_request.draft, false) as is_draft,
        coalesce({{ to_json(list_field('unpacked.pull_request.labels', 'name')) }}, '[]') as labels,
        unpacked.pull_request['user'].login as author_account,
        unpacked.pull_request.merge_commit_sha,
        {{ parse_time('unpacked.pull_request.created_at') }} as created_at,
        unpacked.updated_at,
        {{ parse_time('unpacked.pull_request.merged_at') }} as merged_at,
        {{ parse_time('unpacked.pull_request.closed_at') }} as closed_at,
        removals.removed_at,
        unpacked.loaded_at
    from unpacked
    left join removals
        on
            unpacked.connection = removals.connection
            and unpacked.issue_id = removals.native_id
)

select {{ shape_columns('changesets') | join(', ') }}
from final
