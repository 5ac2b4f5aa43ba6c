-- Each unmapped state, type or project of an artifact stands in mapping_gaps, with all its artifacts.
with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

unmapped as (
    select
        connection,
        'state_mapping' as seed,
        tool_state as tool_value,
        artifact_id
    from intervals
    where abstract_state is null
    union all
    select
        connection,
        'flow_item_mapping' as seed,
        artifact_type as tool_value,
        artifact_id
    from intervals
    where flow_item is null
    union all
    select
        connection,
        'product_scope' as seed,
        project as tool_value,
        artifact_id
    from intervals
    where product_id = 'unassigned'
),

unmapped_counts as (
    select
        connection,
        seed,
        tool_value,
        count(distinct artifact_id) as artifact_count
    from unmapped
    group by
        connection,
        seed,
        tool_value
),

gaps as (
    select
        connection,
        seed,
        tool_value,
        sum(artifact_count) as artifact_count
    from {{ ref('mapping_gaps') }}
    where seed in ('state_mapping', 'flow_item_mapping', 'product_scope')
    group by
        connection,
        seed,
        tool_value
)

select
    coalesce(unmapped_counts.connection, gaps.connection) as connection,
    coalesce(unmapped_counts.seed, gaps.seed) as seed,
    coalesce(unmapped_counts.tool_value, gaps.tool_value) as tool_value,
    unmapped_counts.artifact_count,
    gaps.artifact_count as gap_count
from unmapped_counts
full outer join gaps
    on
        unmapped_counts.connection = gaps.connection
        and unmapped_counts.seed = gaps.seed
        and unmapped_counts.tool_value is not distinct from gaps.tool_value
where
    unmapped_counts.artifact_count is null
    or gaps.artifact_count is null
    or unmapped_counts.artifact_count > gaps.artifact_count
