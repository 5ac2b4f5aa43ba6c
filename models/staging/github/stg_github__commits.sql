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

-- The same commit may stand in several changesets: the key holds both.
final as (
    select
        unpacked.connection || ':' || unpacked.pull_request_id || ':' || listed.item.sha as commit_id,
        unpacked.connection || ':' || unpacked.pull_request_id as changeset_id,
        listed.item.sha as commit_sha,
        listed.item.commit.message,
        coalesce(listed.item.author.login, listed.item.commit.author.name) as author_account,
        {{ parse_time("listed.item.commit.author['date']") }} as authored_at,
        {{ parse_time("listed.item.commit.committer['date']") }} as committed_at
    from unpacked
    {{ unnest_list('unpacked.pull_request.commits', 'listed', 'item', 'position') }}
)

select {{ shape_columns('commits') | join(', ') }}
from final
