-- Classification neither loses nor doubles an interval of the timeline.
with

timeline_counts as (
    select
        artifact_id,
        count(*) as interval_count
    from {{ ref('int_timeline__intervals') }}
    group by artifact_id
),

classified_counts as (
    select
        artifact_id,
        count(*) as interval_count,
        count(*) filter (where is_current) as current_count
    from {{ ref('int_classification__intervals') }}
    group by artifact_id
),

item_counts as (
    select
        artifact_id,
        count(*) as item_count
    from {{ ref('int_flow__items') }}
    group by artifact_id
)

select
    timeline_counts.artifact_id,
    timeline_counts.interval_count,
    classified_counts.interval_count as classified_count,
    classified_counts.current_count,
    item_counts.item_count
from timeline_counts
left join classified_counts
    on timeline_counts.artifact_id = classified_counts.artifact_id
left join item_counts
    on timeline_counts.artifact_id = item_counts.artifact_id
where
    timeline_counts.interval_count is distinct from classified_counts.interval_count
    or classified_counts.current_count is distinct from 1
    or item_counts.item_count is distinct from 1
