-- From its first activity to the period that contains as-of, a scope has each period, five rows a level.
with

velocity as (
    select * from {{ ref('flow_velocity') }}
),

spans as (
    select
        scope_type,
        scope_id,
        flow_level,
        period_type,
        count(*) as row_count,
        count(distinct period_start) as period_count,
        count(distinct flow_item) as flow_item_count,
        min(period_start) as first_start,
        min(period_end) as first_end,
        max(period_start) as last_start,
        max(period_end) as last_end,
        count(*) filter (where not is_complete) as running_count
    from velocity
    group by
        scope_type,
        scope_id,
        flow_level,
        period_type
),

-- A hole is a period that ends where no other begins.
holes as (
    select
        ended.scope_type,
        ended.scope_id,
        ended.flow_level,
        ended.period_type,
        count(*) as hole_count
    from velocity as ended
    left join velocity as begun
        on
            ended.scope_type = begun.scope_type
            and ended.scope_id = begun.scope_id
            and ended.flow_level = begun.flow_level
            and ended.flow_item = begun.flow_item
            and ended.period_type = begun.period_type
            and ended.period_end = begun.period_start
    where begun.period_start is null and ended.flow_item = 'all'
    group by
        ended.scope_type,
        ended.scope_id,
        ended.flow_level,
        ended.period_type
),

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

births as (
    select
        artifact_id,
        min(entered_date) as born_on
    from intervals
    group by artifact_id
),

first_activities as (
    select
        'product' as scope_type,
        intervals.product_id as scope_id,
        min(births.born_on) as first_date
    from intervals
    inner join births
        on intervals.artifact_id = births.artifact_id
    group by intervals.product_id
    union all
    select
        'team' as scope_type,
        intervals.team_id as scope_id,
        min(births.born_on) as first_date
    from intervals
    inner join births
        on intervals.artifact_id = births.artifact_id
    where intervals.team_id is not null
    group by intervals.team_id
    union all
    select
        'organisation' as scope_type,
        'organisation' as scope_id,
        min(births.born_on) as first_date
    from births
    having count(*) > 0
),

today as (
    select cast({{ local_time(as_of(), reporting_timezone()) }} as date) as as_of_date
)

select
    coalesce(spans.scope_type, first_activities.scope_type) as scope_type,
    coalesce(spans.scope_id, first_activities.scope_id) as scope_id,
    spans.flow_level,
    spans.period_type,
    first_activities.first_date,
    spans.first_start,
    spans.last_end,
    spans.row_count,
    holes.hole_count
from spans
cross join today
left join holes
    on
        spans.scope_type = holes.scope_type
        and spans.scope_id = holes.scope_id
        and spans.flow_level = holes.flow_level
        and spans.period_type = holes.period_type
full outer join first_activities
    on
        spans.scope_type = first_activities.scope_type
        and spans.scope_id = first_activities.scope_id
where
    spans.scope_id is null
    or spans.flow_item_count != 5
    or spans.row_count != 5 * spans.period_count
    or holes.hole_count != 1
    or spans.running_count != 5
    or today.as_of_date < spans.last_start
    or today.as_of_date >= spans.last_end
    or first_activities.first_date < spans.first_start
    or first_activities.first_date >= spans.first_end
