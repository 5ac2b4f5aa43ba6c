{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'workflow_runs') }}
),

unpacked as (
    select
        connection,
        id,
        repository,
        {{ json_struct('record', {
            'name': 'text',
            'head_branch': 'text',
            'head_sha': 'text',
            'event': 'text',
            'status': 'text',
            'conclusion': 'text',
            'run_attempt': 'number',
            'html_url': 'text',
            'created_at': 'text',
            'run_started_at': 'text',
            'updated_at': 'text',
        }) }} as run
    from source
),

final as (
    select
        connection || ':' || id as build_id,
        connection,
        'github' as tool,
        id as native_id,
        repository,
        run.name as build_name,
        run.head_branch as branch,
        run.head_sha as commit_sha,
        run.event as trigger,
        coalesce(run.conclusion, run.status) as tool_state,
        cast(run.run_attempt as bigint) as attempt,
        run.html_url as url,
        {{ parse_time('run.created_at') }} as created_at,
        {{ parse_time('run.run_started_at') }} as started_at,
        -- A run has no time of its end: its last update is it, once it is completed.
        case when run.status = 'completed' then {{ parse_time('run.updated_at') }} end as finished_at
    from unpacked
)

select {{ shape_columns('builds') | join(', ') }}
from final
