with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

classes as (
    select * from {{ ref('int_classification__classes') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

tool_values as (
    select * from {{ ref('int_classification__values') }}
    where field = 'resolution' and value is null
),

items as (
    select * from {{ ref('int_flow__items') }}
),

state_gaps as (
    select
        connection,
        tool,
        'unmapped' as gap_type,
        'state_mapping' as seed,
        tool_state as tool_value,
        cast(null as {{ dbt.type_string() }}) as conflicting_rows,
        artifact_id,
        entered_at as seen_at
    from intervals
    where abstract_state is null
),

class_gaps as (
    select
        intervals.connection,
        intervals.tool,
        case when classes.flow_item_conflict is null then 'unmapped' else 'conflict' end as gap_type,
        'flow_item_mapping' as seed,
        intervals.artifact_type as tool_value,
        classes.flow_item_conflict as conflicting_rows,
        intervals.artifact_id,
        intervals.entered_at as seen_at
    from intervals
    inner join classes
        on intervals.situation_id = classes.situation_id
    where classes.flow_item is null
    union all
    select
        intervals.connection,
        intervals.tool,
        case when classes.product_conflict is null then 'unmapped' else 'conflict' end as gap_type,
        'product_scope' as seed,
        intervals.project as tool_value,
        classes.product_conflict as conflicting_rows,
        intervals.artifact_id,
        intervals.entered_at as seen_at
    from intervals
    inner join classes
        on intervals.situation_id = classes.situation_id
    where classes.product_id = 'unassigned'
    union all
    select
        intervals.connection,
        intervals.tool,
        'conflict' as gap_type,
        'team_scope' as seed,
        intervals.project as tool_value,
        classes.team_conflict as conflicting_rows,
        intervals.artifact_id,
        intervals.entered_at as seen_at
    from intervals
    inner join classes
        on intervals.situation_id = classes.situation_id
    where classes.team_conflict is not null
),

resolution_gaps as (
    select
        artifacts.connection,
        artifacts.tool,
        'unmapped' as gap_type,
        'value_mapping' as seed,
        artifacts.resolution as tool_value,
        cast(null as {{ dbt.type_string() }}) as conflicting_rows,
        artifacts.artifact_id,
        items.completed_at as seen_at
    from artifacts
    inner join tool_values
        on
            artifacts.connection = tool_values.connection
            and artifacts.resolution = tool_values.tool_value
    inner join items
        on
            artifacts.artifact_id = items.artifact_id
            and items.completed_at is not null
),

gaps as (
    select * from state_gaps
    union all
    select * from class_gaps
    union all
    select * from resolution_gaps
),

counted as (
    select
        gaps.connection,
        gaps.tool,
        gaps.seed,
        gaps.gap_type,
        gaps.tool_value,
        gaps.conflicting_rows,
        count(distinct gaps.artifact_id) as artifact_count,
        min(gaps.seen_at) as first_seen_at,
        max(gaps.seen_at) as last_seen_at,
        max_by(artifacts.artifact_key, (gaps.seen_at, artifacts.artifact_key)) as example_artifact_key
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
),

final as (
    select
        connection,
        tool,
        seed,
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
                then {{ csv_row(['tool', 'connection', "'resolution'", 'tool_value'] + ["''"] * 2) }}
        end as suggested_row
    from counted
)

select * from final
