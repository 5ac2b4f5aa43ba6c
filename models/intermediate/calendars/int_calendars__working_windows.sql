with

days as (
    select * from {{ ref('int_calendars__days') }}
),

calendars as (
    select * from {{ ref('int_seeds__calendars') }}
),

holidays as (
    select * from {{ ref('int_seeds__holidays') }}
),

calendar_zones as (
    select distinct
        calendar_id,
        time_zone
    from calendars
),

-- Other time zones are up to a day ahead or behind.
dates as (
    select calendar_date from days
    union
    select cast({{ dbt.dateadd('day', -1, 'calendar_date') }} as date) as calendar_date from days
    union
    select cast({{ dbt.dateadd('day', 1, 'calendar_date') }} as date) as calendar_date from days
),

final as (
    select
        calendar_zones.calendar_id,
        calendar_zones.time_zone,
        dates.calendar_date,
        {{ utc_from_local(
            time_of_day('dates.calendar_date', 'calendars.start_time'), 'calendars.time_zone'
        ) }} as starts_at,
        {{ utc_from_local(
            time_of_day('dates.calendar_date', 'calendars.end_time'), 'calendars.time_zone'
        ) }} as ends_at
    from calendar_zones
    cross join dates
    left join holidays
        on
            calendar_zones.calendar_id = holidays.calendar_id
            and dates.calendar_date = holidays.holiday_date
    left join calendars
        on
            calendar_zones.calendar_id = calendars.calendar_id
            and calendars.weekday = {{ weekday_name('dates.calendar_date') }}
            and holidays.holiday_date is null
)

select * from final
