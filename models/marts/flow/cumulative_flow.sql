with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

intervals as (
    select
        *,
        coalesce(abstract_state, 'unmapped') as kept_state
    from {{ ref('int_classification__intervals') }}
    where flow_class_id is not null
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

events as (
    select
        flow_class_id,
        kept_state,
        entered_date as moved_date,
        1 as delta
    from intervals
    union all
    select
        flow_class_id,
        kept_state,
        cast({{ local_time('left_at', reporting_timezone()) }} as date) as moved_date,
        -1 as delta
    from intervals
    where left_at is not null
),

class_days as (
    select
        flow_class_id,
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            coalesce(sum(delta) filter (where kept_state = '{{ state }}'), 0) as {{ state }}_delta,
        {% endfor -%}
        moved_date
    from events
    group by
        flow_class_id,
        moved_date
),

series_days as (
    select
        class_series.series_number,
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            cast(sum(class_days.{{ state }}_delta) as bigint) as {{ state }}_delta,
        {% endfor -%}
        class_days.moved_date
    from class_days
    inner join class_series
        on class_days.flow_class_id = class_series.flow_class_id
    group by
        class_series.series_number,
        class_days.moved_date
),

periods as (
    select
        series_days.series_number,
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            cast(sum(series_days.{{ state }}_delta) as bigint) as {{ state }}_delta,
        {% endfor -%}
        period_days.period_type,
        period_days.period_start
    from series_days
    inner join period_days
        on series_days.moved_date = period_days.calendar_date
    group by
        series_days.series_number,
        period_days.period_type,
        period_days.period_start
),

running as (
    select
        {% for state in ['new', 'active', 'waiting', 'done', 'unmapped'] -%}
            cast(sum(coalesce(periods.{{ state }}_delta, 0)) over series_order as bigint)
                as {{ state }}_count,
        {% endfor -%}
        spine.*
    from spine
    left join periods
        on {{ same_series_period('spine', 'periods') }}
    window series_order as (
        partition by spine.series_number, spine.period_type
        order by spine.period_start
        rows between unbounded preceding and current row
    )
),

final as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start,
        period_end,
        is_complete,
        flow_level,
        flow_item,
        new_count,
        active_count,
        waiting_count,
        done_count,
        unmapped_count
    from running
)

select * from final
