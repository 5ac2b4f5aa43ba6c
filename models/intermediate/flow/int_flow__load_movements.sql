with

items as (
    select * from {{ ref('int_flow__items') }}
),

intervals as (
    select
        *,
        case when abstract_state in ('active', 'waiting') then flow_class_id end as load_class_id
    from {{ ref('int_classification__intervals') }}
),

neighbours as (
    select
        *,
        lag(interval_number) over artifact_order is null as is_first,
        lag(load_class_id) over artifact_order as previous_load_class_id,
        lag(abstract_state) over artifact_order as previous_abstract_state,
        lag(flow_item) over artifact_order as previous_flow_item,
        lead(load_class_id) over artifact_order as next_load_class_id,
        lead(abstract_state) over artifact_order as next_abstract_state,
        lead(flow_item) over artifact_order as next_flow_item,
        lead(state_outcome) over artifact_order as next_state_outcome
    from intervals
    window artifact_order as (partition by artifact_id order by interval_number)
),

entries as (
    select
        artifact_id,
        entered_at as moved_at,
        entered_date as moved_date,
        load_class_id as flow_class_id,
        1 as delta,
        case
            when is_first or previous_abstract_state = 'new' then 'started'
            when previous_abstract_state = 'done' then 'reopened'
            when previous_abstract_state is null or previous_flow_item is null then 'unmapped'
            else 'moved_in'
        end as reason
    from neighbours
    where load_class_id is not null and load_class_id is distinct from previous_load_class_id
),

exits as (
    select
        neighbours.artifact_id,
        neighbours.left_at as moved_at,
        cast({{ local_time('neighbours.left_at', reporting_timezone()) }} as date) as moved_date,
        neighbours.load_class_id as flow_class_id,
        -1 as delta,
        case
            when neighbours.is_ended_by_removal then 'removed'
            when neighbours.next_abstract_state = 'done'
                then
                    coalesce(
                        case when neighbours.left_at = items.completed_at then items.outcome end,
                        neighbours.next_state_outcome,
                        'delivered'
                    )
            when neighbours.next_abstract_state = 'new' then 'put_back'
            when neighbours.next_abstract_state is null or neighbours.next_flow_item is null then 'unmapped'
            else 'moved_out'
        end as reason
    from neighbours
    inner join items
        on neighbours.artifact_id = items.artifact_id
    where
        neighbours.load_class_id is not null
        and neighbours.left_at is not null
        and neighbours.load_class_id is distinct from neighbours.next_load_class_id
),

unioned as (
    select * from entries
    union all
    select * from exits
),

final as (
    select
        artifact_id,
        moved_at,
        moved_date,
        flow_class_id,
        delta,
        reason
    from unioned
)

select * from final
