with

movements as (
    select * from {{ ref('int_flow__load_movements') }}
),

class_series as (
    select * from {{ ref('int_flow__class_series') }}
),

-- What comes and goes in one instant never was load: the sum takes an instant's movements together. It runs
-- within a date, for a running sum over the years of a wide scope takes several times as long.
steps as (
    select
        class_series.series_number,
        movements.moved_at,
        movements.moved_date,
        movements.delta,
        sum(movements.delta) over (
            partition by class_series.series_number, movements.moved_date
            order by movements.moved_at
            range between unbounded preceding and current row
        ) as delta_so_far
    from movements
    inner join class_series
        on movements.flow_class_id = class_series.flow_class_id
),

-- Each step weighs as much as it lasts: here from its moment to its date's midnight in UTC, be that before or
-- after.
days as (
    select
        series_number,
        moved_date,
        min(moved_at) as first_moved_at,
        cast(sum(delta) as bigint) as delta,
        cast(sum(
            delta
            * (
                {{ epoch_milliseconds('cast(moved_date as timestamp)') }}
                - {{ epoch_milliseconds('moved_at') }}
            )
        ) as bigint) as weighted_ms,
        min(delta_so_far) as lowest_step,
        max(delta_so_far) as highest_step
    from steps
    group by
        series_number,
        moved_date
),

stacked as (
    select
        *,
        sum(delta) over (
            partition by series_number
            order by moved_date
            rows between unbounded preceding and current row
        ) - delta as load_before
    from days
),

final as (
    select
        series_number,
        moved_date,
        first_moved_at,
        delta,
        weighted_ms,
        cast(load_before + lowest_step as bigint) as lowest_load,
        cast(load_before + highest_step as bigint) as highest_load
    from stacked
)

select * from final
