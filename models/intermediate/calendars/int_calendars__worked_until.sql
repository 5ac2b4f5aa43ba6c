with

item_calendars as (
    select * from {{ ref('int_calendars__item_calendars') }}
),

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

windows as (
    select * from {{ ref('int_calendars__working_windows') }}
),

days as (
    select
        calendar_id,
        time_zone,
        calendar_date,
        coalesce(sum(sum({{ epoch_milliseconds('ends_at') }} - {{ epoch_milliseconds('starts_at') }})) over (
            partition by calendar_id
            order by calendar_date
            rows between unbounded preceding and 1 preceding
        ), 0) as worked_before_ms
    from windows
    group by
        calendar_id,
        time_zone,
        calendar_date
),

zones as (
    select distinct
        calendar_id,
        time_zone
    from windows
),

moments as (
    select
        item_calendars.calendar_id,
        intervals.entered_at as moment
    from intervals
    inner join item_calendars
        on intervals.artifact_id = item_calendars.artifact_id
    union
    select
        item_calendars.calendar_id,
        coalesce(intervals.left_at, {{ as_of() }}) as moment
    from intervals
    inner join item_calendars
        on intervals.artifact_id = item_calendars.artifact_id
),

dated as (
    select
        moments.calendar_id,
        moments.moment,
        cast({{ local_time('moments.moment', 'zones.time_zone') }} as date) as calendar_date
    from moments
    inner join zones
        on moments.calendar_id = zones.calendar_id
),

final as (
    select
        dated.calendar_id,
        dated.moment,
        cast(days.worked_before_ms + coalesce(sum(
            greatest(
                {{ epoch_milliseconds('least(dated.moment, windows.ends_at)') }}
                - {{ epoch_milliseconds('windows.starts_at') }},
                0
            )
        ), 0) as bigint) as worked_ms
    from dated
    inner join days
        on
            dated.calendar_id = days.calendar_id
            and dated.calendar_date = days.calendar_date
    left join windows
        on
            dated.calendar_id = windows.calendar_id
            and dated.calendar_date = windows.calendar_date
            and windows.starts_at is not null
    group by
        dated.calendar_id,
        dated.moment,
        days.worked_before_ms
)

select * from final
