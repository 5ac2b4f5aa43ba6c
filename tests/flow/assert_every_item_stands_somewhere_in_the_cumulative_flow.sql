-- At as-of the organisation's cumulative flow holds every item whose class now is a flow item's, but for
-- those that were removed.
with

standing as (
    select
        flow_level,
        flow_item,
        count(*) as item_count
    from {{ ref('int_classification__intervals') }}
    where is_current and not is_ended_by_removal and {{ is_flow_item('flow_item') }}
    group by
        flow_level,
        flow_item
),

cumulative as (
    select
        flow_level,
        flow_item,
        new_count + active_count + waiting_count + done_count + unmapped_count as item_count
    from {{ ref('cumulative_flow') }}
    where
        scope_type = 'organisation'
        and period_type = 'month'
        and not is_complete
        and flow_item != 'all'
)

select
    cumulative.flow_level,
    cumulative.flow_item,
    cumulative.item_count as cumulative_count,
    standing.item_count as standing_count
from cumulative
full outer join standing
    on
        cumulative.flow_level = standing.flow_level
        and cumulative.flow_item = standing.flow_item
where cumulative.item_count is distinct from coalesce(standing.item_count, 0)
