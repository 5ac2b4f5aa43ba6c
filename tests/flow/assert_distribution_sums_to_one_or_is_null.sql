-- The four shares of a period sum to 1 and so does `all`; where nothing was delivered, all five are null.
with

shares as (
    select
        scope_type,
        scope_id,
        period_type,
        period_start,
        flow_level,
        sum(share) filter (where flow_item != 'all') as four_shares,
        max(share) filter (where flow_item = 'all') as share_of_all,
        min(share) as smallest_share,
        count(share) as share_count
    from {{ ref('flow_distribution') }}
    group by
        scope_type,
        scope_id,
        period_type,
        period_start,
        flow_level
),

deliveries as (
    select * from {{ ref('flow_velocity') }}
    where flow_item = 'all'
)

select
    shares.*,
    deliveries.velocity
from shares
left join deliveries
    on
        shares.scope_type = deliveries.scope_type
        and shares.scope_id = deliveries.scope_id
        and shares.period_type = deliveries.period_type
        and shares.period_start = deliveries.period_start
        and shares.flow_level = deliveries.flow_level
where
    abs(shares.four_shares - 1) > 0.000001
    or shares.share_of_all != 1
    or shares.smallest_share < 0
    or shares.share_count is distinct from (case when deliveries.velocity > 0 then 5 else 0 end)
