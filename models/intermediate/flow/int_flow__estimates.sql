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
        artifact_id,
        coalesce(from_value, '') as from_value,
        coalesce(to_value, '') as to_value,
        changed_at,
        change_id,
        position
    from {{ ref('int_artifacts__changes') }}
    where attribute = 'estimate'
),

carried as (
    select
        changes.artifact_id,
        {% for first in ['', 'first_'] -%}
            coalesce(
                max_by(
                    changes.to_value,
                    (changes.changed_at, length(changes.change_id), changes.change_id, changes.position)
                ) filter (where changes.changed_at <= lives.{{ first }}completed_at),
                min_by(
                    changes.from_value,
                    (changes.changed_at, length(changes.change_id), changes.change_id, changes.position)
                ) filter (where changes.changed_at > lives.{{ first }}completed_at)
            ) as {{ first }}estimate{{ ',' if not loop.last }}
        {% endfor %}
    from changes
    inner join lives
        on changes.artifact_id = lives.artifact_id
    group by changes.artifact_id
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
