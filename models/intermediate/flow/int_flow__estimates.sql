{%- set place = '(changed_at, length(change_id), change_id, position)' -%}
with

lives as (
    select * from {{ ref('int_flow__lives') }}
    where first_completed_at is not null
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

-- Blank stands for none, because null is no answer to what an estimate was.
changes as (
    select
        changes.artifact_id,
        coalesce(changes.from_value, '') as from_value,
        coalesce(changes.to_value, '') as to_value,
        changes.changed_at,
        changes.change_id,
        changes.position,
        lives.completed_at,
        lives.first_completed_at
    from {{ ref('int_artifacts__changes') }} as changes
    inner join lives
        on changes.artifact_id = lives.artifact_id
    where changes.attribute = 'estimate'
),

carried as (
    select
        artifact_id,
        coalesce(
            max_by(to_value, {{ place }}) filter (where changed_at <= completed_at),
            min_by(from_value, {{ place }}) filter (where changed_at > completed_at)
        ) as estimate,
        coalesce(
            max_by(to_value, {{ place }}) filter (where changed_at <= first_completed_at),
            min_by(from_value, {{ place }}) filter (where changed_at > first_completed_at)
        ) as first_estimate
    from changes
    group by artifact_id
),

final as (
    select
        carried.artifact_id,
        case
            when carried.estimate is null then artifacts.estimate
            else {{ try_cast('carried.estimate', 'double') }}
        end as estimate,
        {{ try_cast('carried.first_estimate', 'double') }} as first_estimate
    from carried
    inner join artifacts
        on carried.artifact_id = artifacts.artifact_id
)

select * from final
