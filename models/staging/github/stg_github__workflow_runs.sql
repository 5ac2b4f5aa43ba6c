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
    from {{ source('raw_github', 'workflow_runs') }}
),

unpacked as (
    select
        connection,
        id,
        record_version,
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
    where {{ is_unpacked_anew('source', ['connection', 'id']) }}
),

final as (
    select
        connection,
        id,
        record_version,
        repository,
        run.name,
        run.head_branch,
        run.head_sha,
        run.event,
        run.status,
        run.conclusion,
        cast(run.run_attempt as bigint) as attempt,
        run.html_url as url,
        {{ parse_time('run.created_at') }} as created_at,
        {{ parse_time('run.run_started_at') }} as started_at,
        {{ parse_time('run.updated_at') }} as updated_at
    from unpacked
)

select * from final
