with

items as (
    select * from {{ ref('int_flow__items') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

buckets as (
    {% for bucket in ['duplicate', 'removed_before_completion', 'unmapped', 'excluded', 'flow_item'] -%}
        select '{{ bucket }}' as bucket
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Artifacts that mirror each other across tools are not joined yet, so none is a duplicate.
sorted as (
    select
        connection,
        tool,
        case
            when is_removed then 'removed_before_completion'
            when flow_item is null then 'unmapped'
            when flow_item = 'none' then 'excluded'
            else 'flow_item'
        end as bucket
    from items
),

counts as (
    select
        connection,
        tool,
        bucket,
        count(*) as artifact_count
    from sorted
    group by
        connection,
        tool,
        bucket
),

-- Counted from what was loaded, not from what was sorted: who is lost on the way shows.
loaded as (
    select
        artifacts.connection,
        artifacts.tool,
        count(*) as loaded_count
    from artifacts
    left join items
        on artifacts.artifact_id = items.artifact_id
    where artifacts.created_at <= {{ as_of() }} or items.artifact_id is not null
    group by
        artifacts.connection,
        artifacts.tool
),

final as (
    select
        loaded.connection,
        loaded.tool,
        buckets.bucket,
        cast(coalesce(counts.artifact_count, 0) as bigint) as artifact_count,
        cast(loaded.loaded_count as bigint) as loaded_count
    from loaded
    cross join buckets
    left join counts
        on
            loaded.connection = counts.connection
            and loaded.tool = counts.tool
            and buckets.bucket = counts.bucket
)

select * from final
