{{ config(
    enabled='github' in var('tools'),
    materialized=record_materialization(),
    incremental_strategy='replace_records',
    on_schema_change='sync_all_columns',
    unique_key=['connection', 'pull_request_id'],
) }}

with

commit_lists as (
    select
        connection,
        pull_request_id,
        _dlt_load_id,
        record
    from {{ source('raw_github', 'pull_request_commits') }}
),

-- The same without the records, which are long to read.
versions as (
    select
        connection,
        pull_request_id,
        _dlt_load_id,
        {{ record_version() }} as record_version
    from {{ source('raw_github', 'pull_request_commits') }}
),

unpacked as (
    select
        connection,
        pull_request_id,
        {{ json_struct('record', {'commits': [{
            'sha': 'text',
            'author': {'login': 'text'},
            'commit': {
                'message': 'text',
                'author': {'name': 'text', 'date': 'text'},
                'committer': {'date': 'text'},
            },
        }]}) }} as pull_request
    from commit_lists
    where {{ is_unpacked_anew('commit_lists', ['connection', 'pull_request_id'], 'versions') }}
),

listed as (
    select
        connection,
        pull_request_id,
        {{ unnested('pull_request.commits', 'item') }}
    from unpacked
),

-- A pull request without commits has a row, too: it was unpacked, and what it held before is gone.
final as (
    select
        connection,
        pull_request_id,
        null as record_version,
        item.sha as commit_sha,
        item.commit.message,
        coalesce(item.author.login, item.commit.author.name) as author_account,
        {{ parse_time("item.commit.author['date']") }} as authored_at,
        {{ parse_time("item.commit.committer['date']") }} as committed_at
    from listed
    union all
    select
        connection,
        pull_request_id,
        record_version,
        null as commit_sha,
        null as message,
        null as author_account,
        null as authored_at,
        null as committed_at
    from versions
    where {{ is_unpacked_anew('versions', ['connection', 'pull_request_id']) }}
)

select * from final
