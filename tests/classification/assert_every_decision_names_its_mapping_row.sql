-- What a mapping row decided names that row, and what none decided names none.
with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
)

select
    artifact_id,
    interval_number,
    abstract_state,
    state_mapping_source,
    state_mapping_row_id,
    flow_item,
    flow_item_mapping_source,
    flow_item_mapping_row_id,
    product_id,
    product_mapping_row_id,
    team_id,
    team_mapping_row_id
from intervals
where
    coalesce(state_mapping_source not in ('organisation', 'default', 'tool_category', 'unmapped'), true)
    or (state_mapping_row_id is not null) != (state_mapping_source in ('organisation', 'default'))
    or (abstract_state is null) != (state_mapping_source = 'unmapped')
    or coalesce(flow_item_mapping_source not in ('organisation', 'default', 'conflict', 'unmapped'), true)
    or (flow_item_mapping_row_id is not null) != (flow_item_mapping_source in ('organisation', 'default'))
    or (flow_item is null) != (flow_item_mapping_row_id is null)
    or (flow_level is null) != (coalesce(flow_item, 'none') = 'none')
    or (product_id = 'unassigned') != (product_mapping_row_id is null)
    or (team_id is null) != (team_mapping_row_id is null)
