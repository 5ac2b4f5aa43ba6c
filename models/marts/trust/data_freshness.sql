with

loads as (
    select * from {{ ref('int_clock__loads') }}
    where finished_at <= {{ as_of() }}
),

activity as (
    select
        connection,
        max(occurred_at) as newest_activity_at,
        count(distinct artifact_id) as artifact_count
    from {{ ref('fct_artifact_activity') }}
    group by connection
),

newest as (
    select
        connection,
        tool,
        max(finished_at) as newest_load_at,
        count(*) as load_count
    from loads
    group by
        connection,
        tool
),

final as (
    select
        newest.connection,
        newest.tool,
        newest.newest_load_at,
        newest.load_count,
        cast({{ epoch_milliseconds(as_of()) }} - {{ epoch_milliseconds('newest.newest_load_at') }} as double)
        / 3600000 as hours_since_load,
        activity.newest_activity_at,
        cast(coalesce(activity.artifact_count, 0) as bigint) as artifact_count
    from newest
    left join activity
        on newest.connection = activity.connection
)

select * from final
