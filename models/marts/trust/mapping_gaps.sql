with

gaps as (
    select * from {{ ref('int_classification__gaps') }}
    where gap_type != 'tool_category'
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

-- What hides no work: a value of these fields decides no outcome.
other_values as (
    select * from {{ ref('int_classification__values') }}
    where value is null and field != 'resolution' and occurrence_count > 0
),

counted as (
    select
        gaps.connection,
        gaps.tool,
        gaps.seed,
        case when gaps.seed = 'value_mapping' then 'resolution' end as field,
        gaps.gap_type,
        gaps.tool_value,
        gaps.conflicting_rows,
        count(distinct gaps.artifact_id) as artifact_count,
        min(gaps.entered_at) as first_seen_at,
        max(gaps.entered_at) as last_seen_at,
        max_by(artifacts.artifact_key, (gaps.entered_at, artifacts.artifact_key)) as example_artifact_key
    from gaps
    inner join artifacts
        on gaps.artifact_id = artifacts.artifact_id
    group by
        gaps.connection,
        gaps.tool,
        gaps.seed,
        gaps.gap_type,
        gaps.tool_value,
        gaps.conflicting_rows
    union all
    select
        connection,
        tool,
        'value_mapping' as seed,
        field,
        'unmapped' as gap_type,
        tool_value,
        cast(null as {{ dbt.type_string() }}) as conflicting_rows,
        occurrence_count as artifact_count,
        first_seen_at,
        last_seen_at,
        cast(null as {{ dbt.type_string() }}) as example_artifact_key
    from other_values
),

final as (
    select
        connection,
        tool,
        seed,
        field,
        gap_type,
        tool_value,
        conflicting_rows,
        cast(artifact_count as bigint) as artifact_count,
        first_seen_at,
        last_seen_at,
        example_artifact_key,
        -- What the row shall say is left to those who know.
        case
            when gap_type = 'conflict' then null
            when seed = 'state_mapping'
                then {{ csv_row(['tool', 'connection', "''", "''", 'tool_value'] + ["''"] * 6) }}
            when seed = 'flow_item_mapping'
                then {{ csv_row(['tool', 'connection', "''", 'tool_value'] + ["''"] * 9) }}
            when seed = 'product_scope'
                then {{ csv_row(["''", 'tool', 'connection', "''", "'project'", 'tool_value'] + ["''"] * 3) }}
            when seed = 'value_mapping'
                then {{ csv_row(['tool', 'connection', 'field', 'tool_value'] + ["''"] * 2) }}
        end as suggested_row
    from counted
)

select * from final
