-- The active and the waiting items of the cumulative flow are the load at the period's end, in the same rows.
with

cumulative as (
    select * from {{ ref('cumulative_flow') }}
),

loads as (
    select * from {{ ref('flow_load') }}
)

select
    coalesce(loads.scope_id, cumulative.scope_id) as scope_id,
    coalesce(loads.period_start, cumulative.period_start) as period_start,
    cumulative.active_count,
    cumulative.waiting_count,
    loads.load_end
from cumulative
full outer join loads
    on {{ same_period('cumulative', 'loads') }}
where (cumulative.active_count + cumulative.waiting_count) is distinct from loads.load_end
