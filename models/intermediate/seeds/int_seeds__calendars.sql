-- Seeds must be sound before anything is built on them.
-- depends_on: {{ ref('int_seeds__problems') }}
with

source as (
    select * from {{ ref('calendars') }}
),

final as (
    select
        {{ seed_text('calendar_id') }} as calendar_id,
        nullif(trim(time_zone), '') as time_zone,
        {{ seed_text('weekday') }} as weekday,
        {{ seed_text('start_time') }} as start_time,
        {{ seed_text('end_time') }} as end_time
    from source
)

select * from final
