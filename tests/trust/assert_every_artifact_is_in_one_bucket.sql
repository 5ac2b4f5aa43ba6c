-- Loaded artifacts = sum of the buckets, and the flow items in their bucket are those of fct_flow_items.
with

buckets as (
    select
        connection,
        sum(artifact_count) as bucket_count,
        max(artifact_count) filter (where bucket = 'flow_item') as flow_item_count,
        max(loaded_count) as loaded_count
    from {{ ref('artifact_accounting') }}
    group by connection
),

timelines as (
    select
        connection,
        count(distinct artifact_id) as artifact_count
    from {{ ref('int_timeline__intervals') }}
    group by connection
),

items as (
    select
        connection,
        count(*) as item_count
    from {{ ref('fct_flow_items') }}
    where removed_at is null
    group by connection
)

select
    timelines.connection,
    timelines.artifact_count,
    buckets.loaded_count,
    buckets.bucket_count,
    buckets.flow_item_count,
    items.item_count
from timelines
left join buckets
    on timelines.connection = buckets.connection
left join items
    on timelines.connection = items.connection
where
    buckets.loaded_count is distinct from timelines.artifact_count
    or buckets.bucket_count is distinct from timelines.artifact_count
    or buckets.flow_item_count != coalesce(items.item_count, 0)
