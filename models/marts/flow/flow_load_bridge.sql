with

spine as (
    select * from {{ ref('int_flow__spine') }}
),

movements as (
    select * from {{ ref('int_flow__load_movements') }}
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
),

period_days as (
    select * from {{ ref('int_calendars__period_days') }}
),

class_days as (
    select
        flow_class_id,
        moved_date,
        {% for reason in load_bridge_reasons() if reason != 'unmapped' -%}
            count(*) filter (where reason = '{{ reason }}') as {{ reason }}_count,
        {% endfor -%}
        -coalesce(sum(delta) filter (where reason = 'unmapped'), 0) as unmapped_count
    from movements
    group by
        flow_class_id,
        moved_date
),

series_days as (
    select
        class_series.series_number,
        {% for reason in load_bridge_reasons() -%}
            class_days.{{ reason }}_count,
        {% endfor -%}
        class_days.moved_date
    from class_days
    inner join class_series
        on class_days.flow_class_id = class_series.flow_class_id
),

-- Work that leaves one class for another in the same instant.
transfers as (
    select
        exits.flow_class_id as left_flow_class_id,
        entries.flow_class_id,
        entries.moved_date,
        count(*) as transfer_count
    from movements as entries
    inner join movements as exits
        on
            entries.artifact_id = exits.artifact_id
            and entries.moved_at = exits.moved_at
    where entries.reason = 'moved_in' and exits.reason = 'moved_out'
    group by
        exits.flow_class_id,
        entries.flow_class_id,
        entries.moved_date
),

entered as (
    select
        transfers.*,
        class_series.series_number
    from transfers
    inner join class_series
        on transfers.flow_class_id = class_series.flow_class_id
),

-- What left one product for another of the same value stream did not leave the value stream.
stays as (
    select
        entered.series_number,
        {% for reason in load_bridge_reasons() -%}
            {{ '-entered.transfer_count' if reason.startswith('moved') else 0 }} as {{ reason }}_count,
        {% endfor -%}
        entered.moved_date
    from entered
    where
        exists (
            select 1
            from class_series as left_series
            where
                entered.series_number = left_series.series_number
                and entered.left_flow_class_id = left_series.flow_class_id
        )
),

days as (
    select * from series_days
    union all
    select * from stays
),

periods as (
    select
        {% for reason in load_bridge_reasons() -%}
            sum(days.{{ reason }}_count) as {{ reason }}_count,
        {% endfor -%}
        days.series_number,
        period_days.period_type,
        period_days.period_start
    from days
    inner join period_days
        on days.moved_date = period_days.calendar_date
    group by
        days.series_number,
        period_days.period_type,
        period_days.period_start
),

final as (
    select
        {% for reason in load_bridge_reasons() -%}
            cast(coalesce(periods.{{ reason }}_count, 0) as bigint) as {{ reason }}_count,
        {% endfor -%}
        spine.scope_type,
        spine.scope_id,
        spine.period_type,
        spine.period_start,
        spine.period_end,
        spine.is_complete,
        spine.flow_level,
        spine.flow_item
    from spine
    left join periods
        on {{ same_series_period('spine', 'periods') }}
)

select
    scope_type,
    scope_id,
    period_type,
    period_start,
    period_end,
    is_complete,
    flow_level,
    flow_item,
    started_count,
    reopened_count,
    moved_in_count,
    delivered_count,
    cancelled_count,
    put_back_count,
    moved_out_count,
    unmapped_count,
    removed_count
from final
