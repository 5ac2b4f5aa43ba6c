{{ config(enabled='jira' in var('tools'), materialized='view') }}

with

issues as (
    select * from {{ ref('stg_jira__issues') }}
),

moves as (
    select * from {{ ref('stg_jira__histories') }}
    where attribute = 'project'
),

keys as (
    select
        connection || ':' || id as artifact_id,
        key as artifact_key,
        true as is_current
    from issues
    union all
    select
        connection || ':' || issue_id as artifact_id,
        from_name as artifact_key,
        false as is_current
    from moves
    where from_name is not null
),

-- Work that moved away and came back has a former key that is its current one again.
final as (
    select
        artifact_id,
        artifact_key,
        bool_or(is_current) as is_current
    from keys
    group by
        artifact_id,
        artifact_key
)

select {{ shape_columns('artifact_keys') | join(', ') }}
from final
