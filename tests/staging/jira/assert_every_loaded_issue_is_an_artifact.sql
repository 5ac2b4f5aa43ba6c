-- Each issue in raw_jira is exactly one artifact.
{{ config(enabled='jira' in var('tools')) }}

with

loaded as (
    select connection || ':' || id as artifact_id
    from {{ source('raw_jira', 'issues') }}
),

artifacts as (
    select
        artifact_id,
        count(*) as artifact_count
    from {{ ref('stg_jira__artifacts') }}
    group by artifact_id
)

select
    coalesce(loaded.artifact_id, artifacts.artifact_id) as artifact_id,
    artifacts.artifact_count
from loaded
full outer join artifacts
    on loaded.artifact_id = artifacts.artifact_id
where loaded.artifact_id is null or artifacts.artifact_count is distinct from 1
