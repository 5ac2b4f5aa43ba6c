with

items as (
    select * from {{ ref('fct_flow_items') }}
),

counted as (
    select
        *,
        completed_date is not null and {{ is_counted('outcome') }} as is_counted
    from {{ ref('int_flow__counted') }}
),

final as (
    select
        items.artifact_id,
        items.product_id,
        items.team_id,
        items.value_stream_id,
        items.flow_item,
        items.flow_level,
        items.connection,
        items.tool,
        items.project,
        items.artifact_type,
        items.model,
        items.priority_level,
        items.severity_level,
        items.skipped_work,
        counted.outcome,
        counted.started_date,
        counted.completed_date,
        counted.has_start,
        coalesce(counted.is_counted, false) as is_counted,
        case when counted.is_counted then counted.estimate end as estimate,
        case when counted.is_counted then {{ seconds('counted.flow_time_ms') }} end as flow_time_seconds,
        case when counted.is_counted then {{ seconds('counted.active_ms') }} end as active_seconds,
        case when counted.is_counted then {{ seconds('counted.waiting_ms') }} end as waiting_seconds,
        case
            when counted.is_counted
                then cast(counted.active_ms as double) / nullif(counted.active_ms + counted.waiting_ms, 0)
        end as flow_efficiency
    from items
    inner join counted
        on items.artifact_id = counted.artifact_id
)

select * from final
