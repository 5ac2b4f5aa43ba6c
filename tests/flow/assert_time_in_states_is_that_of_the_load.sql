-- What work in progress spent in all tool states together is its average load times the time that has passed,
-- and at the end as many items stand in the states as are in the load.
with

periods as (
    select
        *,
        {{ epoch_milliseconds('least(ends_at, ' ~ as_of() ~ ')') }} - {{ epoch_milliseconds('starts_at') }}
            as elapsed_ms
    from {{ ref('dim_periods') }}
    where period_type != 'day'
),

loads as (
    select
        flow_load.*,
        flow_load.load_avg * periods.elapsed_ms / 1000 as spent_seconds
    from {{ ref('flow_load') }} as flow_load
    inner join periods
        on
            flow_load.period_type = periods.period_type
            and flow_load.period_start = periods.period_start
),

states as (
    select
        {{ period_key() | join(', ') }},
        sum(active_seconds + waiting_seconds) as spent_seconds,
        sum(share) as share,
        sum(load_end) as load_end
    from {{ ref('flow_states') }}
    group by {{ period_key() | join(', ') }}
)

select
    loads.scope_type,
    loads.scope_id,
    loads.period_type,
    loads.period_start,
    loads.flow_level,
    loads.flow_item,
    loads.load_end,
    states.load_end as states_load_end,
    loads.spent_seconds,
    states.spent_seconds as states_spent_seconds,
    states.share
from loads
full outer join states
    on {{ same_period('loads', 'states') }}
where
    loads.scope_id is null
    or loads.load_end != coalesce(states.load_end, 0)
    or abs(loads.spent_seconds - coalesce(states.spent_seconds, 0)) > 0.001 + 1e-9 * loads.spent_seconds
    or abs(states.share - 1) > 1e-9
    or (states.share is null and loads.spent_seconds > 0.001)
