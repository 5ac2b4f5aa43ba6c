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
        case when abstract_state is null then 'unmapped' else 'tool_category' end as gap_type,
        'state_mapping' as seed,
        tool_state as tool_value,
        cast(null as {{ dbt.type_string() }}) as conflicting_rows,
        -- Categories know no waiting: that is what a flag made of active.
        case
            when abstract_state = 'waiting' then 'active'
            else abstract_state
        end as tool_state_category,
        artifact_id,
        project,
        entered_at,
        left_at,
        is_current
    from intervals
    where abstract_state is null or state_mapping_source = 'tool_category'
),

class_gaps as (
    {% for seed, value, conflict, condition in [
        ('flow_item_mapping', 'artifact_type', 'flow_item_conflict', 'classes.flow_item is null'),
        ('product_scope', 'project', 'product_conflict', "classes.product_id = 'unassigned'"),
        ('team_scope', 'project', 'team_conflict', 'classes.team_conflict is not null'),
    ] -%}
        select
            intervals.connection,
            intervals.tool,
            case when classes.{{ conflict }} is null then 'unmapped' else 'conflict' end as gap_type,
            '{{ seed }}' as seed,
            intervals.{{ value }} as tool_value,
            classes.{{ conflict }} as conflicting_rows,
            cast(null as {{ dbt.type_string() }}) as tool_state_category,
            intervals.artifact_id,
            intervals.project,
            intervals.entered_at,
            intervals.left_at,
            intervals.is_current
        from intervals
        inner join classes
            on intervals.situation_id = classes.situation_id
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

resolution_gaps as (
    select
        artifacts.connection,
        artifacts.tool,
        'unmapped' as gap_type,
        'value_mapping' as seed,
        artifacts.resolution as tool_value,
        cast(null as {{ dbt.type_string() }}) as conflicting_rows,
        cast(null as {{ dbt.type_string() }}) as tool_state_category,
        artifacts.artifact_id,
        artifacts.project,
        items.completed_at as entered_at,
        cast(null as timestamp) as left_at,
        true as is_current
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

final as (
    select * from state_gaps
    union all
    select * from class_gaps
    union all
    select * from resolution_gaps
)

select
    connection,
    tool,
    seed,
    gap_type,
    tool_value,
    conflicting_rows,
    tool_state_category,
    artifact_id,
    project,
    entered_at,
    left_at,
    is_current
from final
