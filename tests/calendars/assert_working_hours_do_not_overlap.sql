-- Working hours of a calendar do not overlap: they would count twice. Each row names two of calendars.csv
-- that do.
with

windows as (
    select * from {{ ref('int_calendars__working_windows') }}
    where starts_at is not null
)

select distinct
    windows.calendar_id,
    windows.starts_at,
    windows.ends_at,
    others.starts_at as other_starts_at,
    others.ends_at as other_ends_at
from windows
inner join windows as others
    on
        windows.calendar_id = others.calendar_id
        and windows.calendar_date = others.calendar_date
        and windows.starts_at < others.ends_at
        and windows.ends_at > others.starts_at
        and (windows.starts_at, windows.ends_at, windows.time_zone)
        < (others.starts_at, others.ends_at, others.time_zone)
