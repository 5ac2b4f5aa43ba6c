with

gaps as (
    select * from {{ ref('int_classification__gaps') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

states as (
    select
        artifact_id,
        abstract_state
    from {{ ref('int_classification__intervals') }}
    where is_current
),

-- What counts, or would count if it were mapped: in work now, or delivered of late.
work as (
    select
        items.artifact_id,
        items.product_id,
        not items.is_removed and coalesce(states.abstract_state, '') not in ('new', 'done') as is_load,
        coalesce(
            items.outcome = 'delivered' and items.completed_date >= clock.recent_from, false
        ) as is_delivered
    from {{ ref('int_flow__items') }} as items
    cross join {{ ref('build_settings') }} as clock
    inner join states
        on items.artifact_id = states.artifact_id
    where items.flow_item is distinct from 'none'
),

products as (
    select
        product_id,
        count(*) filter (where is_load) as load_count,
        count(*) filter (where is_delivered) as delivered_count
    from work
    group by product_id
),

gaps_of_artifacts as (
    select
        connection,
        tool,
        seed,
        gap_type,
        tool_value,
        conflicting_rows,
        project,
        artifact_id,
        max(tool_state_category) as tool_state_category,
        bool_or(is_current) as is_current,
        min(entered_at) as first_seen_at,
        max(entered_at) as last_seen_at
    from gaps
    group by
        connection,
        tool,
        seed,
        gap_type,
        tool_value,
        conflicting_rows,
        project,
        artifact_id
),

-- A flag or a new type within one tool state does not end the stay in it.
arrivals as (
    select
        *,
        coalesce(
            entered_at > lag(left_at) over (
                partition by artifact_id, tool_value, project
                order by entered_at
            ),
            true
        ) as is_arrival
    from gaps
    where seed = 'state_mapping'
),

numbered as (
    select
        *,
        count(case when is_arrival then 1 end) over (
            partition by artifact_id, tool_value, project
            order by entered_at
        ) as stay_number
    from arrivals
),

ended_stays as (
    select
        connection,
        seed,
        tool_value,
        project,
        {{ epoch_milliseconds('max(left_at)') }} - {{ epoch_milliseconds('min(entered_at)') }} as stay_ms
    from numbered
    group by
        artifact_id,
        connection,
        seed,
        tool_value,
        project,
        stay_number
    having count(*) = count(left_at)
),

stays as (
    select
        connection,
        seed,
        tool_value,
        project,
        percentile_cont(0.5) within group (order by stay_ms) / 1000 as stay_p50_seconds
    from ended_stays
    group by
        connection,
        seed,
        tool_value,
        project
),

counted as (
    select
        gaps.connection,
        gaps.tool,
        gaps.seed,
        gaps.gap_type,
        gaps.tool_value,
        gaps.conflicting_rows,
        gaps.project,
        work.product_id,
        count(*) as artifact_count,
        count(*) filter (where work.is_load and gaps.is_current) as load_count,
        count(*) filter (where work.is_delivered) as delivered_count,
        min(gaps.first_seen_at) as first_seen_at,
        max(gaps.last_seen_at) as last_seen_at,
        max(gaps.tool_state_category) as tool_state_category,
        max_by(artifacts.artifact_key, (gaps.last_seen_at, artifacts.artifact_key)) as example_artifact_key,
        max_by(artifacts.url, (gaps.last_seen_at, artifacts.artifact_key)) as example_url
    from gaps_of_artifacts as gaps
    inner join work
        on gaps.artifact_id = work.artifact_id
    inner join artifacts
        on gaps.artifact_id = artifacts.artifact_id
    group by
        gaps.connection,
        gaps.tool,
        gaps.seed,
        gaps.gap_type,
        gaps.tool_value,
        gaps.conflicting_rows,
        gaps.project,
        work.product_id
),

final as (
    select
        counted.connection,
        counted.tool,
        counted.seed,
        counted.gap_type,
        counted.tool_value,
        counted.conflicting_rows,
        counted.project,
        counted.product_id,
        cast(counted.artifact_count as bigint) as artifact_count,
        cast(counted.load_count as bigint) as load_count,
        cast(1.0 * counted.load_count / nullif(products.load_count, 0) as double) as load_share,
        cast(counted.delivered_count as bigint) as delivered_count,
        cast(
            1.0 * counted.delivered_count / nullif(products.delivered_count, 0) as double
        ) as delivered_share,
        counted.tool_state_category,
        cast(stays.stay_p50_seconds as double) as stay_p50_seconds,
        counted.first_seen_at,
        counted.last_seen_at,
        counted.example_artifact_key,
        counted.example_url
    from counted
    inner join products
        on counted.product_id = products.product_id
    left join stays
        on
            counted.connection = stays.connection
            and counted.seed = stays.seed
            and counted.tool_value = stays.tool_value
            and counted.project is not distinct from stays.project
)

select * from final
