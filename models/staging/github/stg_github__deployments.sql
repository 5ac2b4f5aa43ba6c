{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'deployments') }}
),

statuses as (
    select
        connection,
        deployment_id,
        {{ json_struct('record', {'statuses': [{
            'id': 'text', 'state': 'text', 'created_at': 'text', 'log_url': 'text', 'target_url': 'text'
        }]}) }} as deployment
    from {{ source('raw_github', 'deployment_statuses') }}
),

listed as (
    select
        connection,
        deployment_id,
        {{ unnested('deployment.statuses', 'status') }}
    from statuses
),

listed_statuses as (
    select
        connection,
        deployment_id,
        status.state,
        coalesce(status.log_url, status.target_url) as url,
        {{ parse_time('status.created_at') }} as created_at,
        row_number() over (
            partition by connection, deployment_id
            order by {{ parse_time('status.created_at') }} nulls last, length(status.id), status.id
        ) as status_number
    from listed
),

-- A deployment ends with its first final status; that it turns inactive only says that a newer one took over.
outcomes as (
    select
        connection,
        deployment_id,
        state,
        url,
        created_at
    from listed_statuses
    where state in ('success', 'failure', 'error')
    qualify row_number() over (partition by connection, deployment_id order by status_number) = 1
),

latest as (
    select
        connection,
        deployment_id,
        state,
        url
    from listed_statuses
    qualify row_number() over (partition by connection, deployment_id order by status_number desc) = 1
),

unpacked as (
    select
        connection,
        id,
        repository,
        {{ json_struct('record', {
            'sha': 'text', 'ref': 'text', 'environment': 'text', 'created_at': 'text'
        }) }} as deployment
    from source
),

final as (
    select
        unpacked.connection || ':' || unpacked.id as deployment_id,
        unpacked.connection,
        'github' as tool,
        unpacked.id as native_id,
        unpacked.repository,
        unpacked.deployment.environment,
        coalesce(outcomes.state, latest.state) as tool_state,
        unpacked.deployment.sha as commit_sha,
        unpacked.deployment.ref,
        coalesce(outcomes.url, latest.url) as url,
        {{ parse_time('unpacked.deployment.created_at') }} as started_at,
        outcomes.created_at as finished_at
    from unpacked
    left join outcomes
        on
            unpacked.connection = outcomes.connection
            and unpacked.id = outcomes.deployment_id
    left join latest
        on
            unpacked.connection = latest.connection
            and unpacked.id = latest.deployment_id
)

select {{ shape_columns('deployments') | join(', ') }}
from final
