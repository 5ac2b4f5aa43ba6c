{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'pull_request_commits') }}
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
    from source
),

listed as (
    select
        connection,
        pull_request_id,
        {{ unnested('pull_request.commits', 'item') }}
    from unpacked
),

-- The same commit may stand in several changesets: the key holds both.
final as (
    select
        connection || ':' || pull_request_id || ':' || item.sha as commit_id,
        connection || ':' || pull_request_id as changeset_id,
        item.sha as commit_sha,
        item.commit.message,
        coalesce(item.author.login, item.commit.author.name) as author_account,
        {{ parse_time("item.commit.author['date']") }} as authored_at,
        {{ parse_time("item.commit.committer['date']") }} as committed_at
    from listed
)

select {{ shape_columns('commits') | join(', ') }}
from final
