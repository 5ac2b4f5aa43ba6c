{{ config(materialized='view') }}

with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

-- A cleared flag is the only value that may be empty; '' keeps it apart from an unknown one.
changes as (
    select
        changes.artifact_id,
        changes.attribute,
        case
            when changes.attribute = 'flag' then coalesce(changes.from_value, '')
            else changes.from_value
        end as from_value,
        case
            when changes.attribute = 'flag' then coalesce(changes.to_value, '')
            else changes.to_value
        end as to_value,
        changes.changed_at,
        changes.change_id,
        changes.position,
        false as is_inferred,
        changes.source = 'observed' as is_observed
    from {{ ref('int_artifacts__changes') }} as changes
    inner join artifacts
        on changes.artifact_id = artifacts.artifact_id
    where changes.attribute in ('state', 'type', 'project', 'flag')
),

numbered as (
    select
        *,
        row_number() over newest_first as place,
        lead(artifact_id) over newest_first is null as is_first
    from changes
    window newest_first as (
        partition by artifact_id, attribute
        order by changed_at desc, length(change_id) desc, change_id desc, position desc
    )
),

newest as (
    select * from numbered
    where place = 1
),

current_values as (
    select
        artifact_id,
        'state' as attribute,
        tool_state as current_value,
        first_tool_state as first_value,
        updated_at
    from artifacts
    union all
    select
        artifact_id,
        'type' as attribute,
        artifact_type as current_value,
        cast(null as {{ dbt.type_string() }}) as first_value,
        updated_at
    from artifacts
    union all
    select
        artifact_id,
        'project' as attribute,
        project as current_value,
        cast(null as {{ dbt.type_string() }}) as first_value,
        updated_at
    from artifacts
    union all
    select
        artifact_id,
        'flag' as attribute,
        case when is_flagged then 'flagged' else '' end as current_value,
        cast(null as {{ dbt.type_string() }}) as first_value,
        updated_at
    from artifacts
),

-- Where the recorded changes lead elsewhere than the artifact stands, a change went unrecorded.
inferred as (
    select
        current_values.artifact_id,
        current_values.attribute,
        coalesce(newest.to_value, current_values.first_value) as from_value,
        current_values.current_value as to_value,
        greatest(
            current_values.updated_at, coalesce(newest.changed_at, current_values.updated_at)
        ) as changed_at,
        'inferred' as change_id,
        cast(0 as bigint) as position,
        true as is_inferred,
        false as is_observed,
        newest.artifact_id is null as is_first
    from current_values
    left join newest
        on
            current_values.artifact_id = newest.artifact_id
            and current_values.attribute = newest.attribute
    where
        case
            when current_values.attribute = 'flag'
                then (newest.to_value = '') != (current_values.current_value = '')
            else coalesce(newest.to_value, current_values.first_value) != current_values.current_value
        end
),

final as (
    select
        artifact_id,
        attribute,
        from_value,
        to_value,
        changed_at,
        change_id,
        position,
        is_inferred,
        is_observed,
        is_first
    from numbered
    union all
    select * from inferred
)

select * from final
