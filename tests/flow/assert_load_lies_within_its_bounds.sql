-- No load is negative, and none is above the highest of its period.
with

loads as (
    select * from {{ ref('flow_load') }}
)

select
    scope_type,
    scope_id,
    period_type,
    period_start,
    flow_level,
    flow_item,
    load_end,
    load_avg,
    load_max
from loads
where
    load_end is null
    or load_avg is null
    or load_max is null
    or load_end < 0
    or load_avg < -0.000001
    or load_max < load_end
    or load_max < load_avg - 0.000001
