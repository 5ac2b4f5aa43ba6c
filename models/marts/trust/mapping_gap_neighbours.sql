with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

moves as (
    select
        connection,
        project,
        tool_state,
        state_mapping_source,
        lag(tool_state) over (partition by artifact_id order by interval_number) as state_before,
        lag(abstract_state) over (partition by artifact_id order by interval_number) as abstract_before,
        lead(tool_state) over (partition by artifact_id order by interval_number) as state_after,
        lead(abstract_state) over (partition by artifact_id order by interval_number) as abstract_after
    from intervals
),

neighbours as (
    {% for direction in ['before', 'after'] -%}
        select
            connection,
            project,
            tool_state,
            '{{ direction }}' as direction,
            state_{{ direction }} as neighbour_state,
            abstract_{{ direction }} as neighbour_abstract_state
        from moves
        where
            state_mapping_source in ('unmapped', 'tool_category')
            and state_{{ direction }} != tool_state
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        connection,
        project,
        tool_state,
        direction,
        neighbour_state,
        neighbour_abstract_state,
        cast(count(*) as bigint) as move_count
    from neighbours
    group by
        connection,
        project,
        tool_state,
        direction,
        neighbour_state,
        neighbour_abstract_state
)

select * from final
