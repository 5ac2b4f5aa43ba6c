{{ config(materialized='view') }}

with

events as (
    select
        *,
        lead(event_number) over (
            partition by artifact_id, label_id
            order by event_number
        ) as ended_by_number
    from {{ ref('int_timeline__label_events') }}
),

stays as (
    select * from events
    where is_added
),

-- Of the labels that stand after an event, the one that was added last is the state.
winners as (
    select
        events.artifact_id,
        events.event_number,
        max_by(stays.label, stays.event_number) as label
    from events
    inner join stays
        on
            events.artifact_id = stays.artifact_id
            and events.event_number >= stays.event_number
            and (events.event_number < stays.ended_by_number or stays.ended_by_number is null)
    group by
        events.artifact_id,
        events.event_number
),

final as (
    select
        events.artifact_id,
        events.changed_at,
        events.change_id,
        events.position,
        events.event_number,
        events.is_inferred,
        events.is_observed,
        coalesce(winners.label, '') as state_label
    from events
    left join winners
        on
            events.artifact_id = winners.artifact_id
            and events.event_number = winners.event_number
)

select
    artifact_id,
    changed_at,
    change_id,
    position,
    event_number,
    is_inferred,
    is_observed,
    state_label
from final
