with

intervals as (
    select
        *,
        case
            when abstract_state in ('active', 'waiting') and flow_class_id is not null then tool_state
        end as work_state
    from {{ ref('int_classification__intervals') }}
),

days as (
    select * from {{ ref('int_calendars__days') }}
),

neighbours as (
    select
        *,
        lag(work_state) over artifact_order as previous_work_state,
        lead(work_state) over artifact_order as next_work_state
    from intervals
    window artifact_order as (partition by artifact_id order by interval_number)
),

arrivals as (
    select
        *,
        coalesce(work_state != previous_work_state, true) as is_arrival
    from neighbours
),

-- A flag, a new type or a move within one tool state does not end the stay in it.
stays as (
    select
        *,
        coalesce(work_state != next_work_state, true) as is_exit,
        max(case when is_arrival then entered_at end) over (
            partition by artifact_id
            order by interval_number
        ) as stay_entered_at
    from arrivals
),

events as (
    select
        flow_class_id,
        work_state,
        entered_at as moved_at,
        entered_date as moved_date,
        case when abstract_state = 'active' then 1 else 0 end as active_delta,
        case when abstract_state = 'waiting' then 1 else 0 end as waiting_delta,
        case when is_arrival then 1 else 0 end as arrival_count,
        0 as exit_count,
        cast(0 as bigint) as stay_ms
    from stays
    where work_state is not null
    union all
    select
        flow_class_id,
        work_state,
        left_at as moved_at,
        cast({{ local_time('left_at', reporting_timezone()) }} as date) as moved_date,
        case when abstract_state = 'active' then -1 else 0 end as active_delta,
        case when abstract_state = 'waiting' then -1 else 0 end as waiting_delta,
        0 as arrival_count,
        case when is_exit then 1 else 0 end as exit_count,
        case
            when is_exit
                then {{ epoch_milliseconds('left_at') }} - {{ epoch_milliseconds('stay_entered_at') }}
            else 0
        end as stay_ms
    from stays
    where work_state is not null and left_at is not null
),

timed as (
    select
        events.*,
        {{ epoch_milliseconds('events.moved_at') }} - {{ epoch_milliseconds('days.starts_at') }}
            as since_midnight_ms
    from events
    inner join days
        on events.moved_date = days.calendar_date
),

final as (
    select
        flow_class_id,
        work_state as tool_state,
        moved_date,
        cast(sum(active_delta) as bigint) as active_delta,
        cast(sum(waiting_delta) as bigint) as waiting_delta,
        cast(sum(active_delta * since_midnight_ms) as bigint) as active_offset_ms,
        cast(sum(waiting_delta * since_midnight_ms) as bigint) as waiting_offset_ms,
        cast(sum(arrival_count) as bigint) as arrival_count,
        cast(sum(exit_count) as bigint) as exit_count,
        cast(sum(stay_ms) as bigint) as stay_ms
    from timed
    group by
        flow_class_id,
        work_state,
        moved_date
)

select * from final
