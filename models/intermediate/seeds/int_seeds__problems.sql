with recursive

problems as (
    {%- for seed in seed_rules() %}
        {{ seed_problems(seed) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

value_streams as (
    select
        {{ seed_text('value_stream_id') }} as value_stream_id,
        {{ seed_text('parent_id') }} as parent_id
    from {{ ref('value_streams') }}
),

ancestors as (
    select
        value_stream_id,
        parent_id as ancestor_id,
        1 as steps
    from value_streams
    union all
    select
        ancestors.value_stream_id,
        value_streams.parent_id as ancestor_id,
        ancestors.steps + 1 as steps
    from ancestors
    inner join value_streams
        on ancestors.ancestor_id = value_streams.value_stream_id
    where ancestors.steps < 20
),

circles as (
    select distinct
        'value_streams' as seed,
        'value_streams (value_stream_id=' || value_stream_id || ')' as seed_row,
        {{ seed_message('circle', {'parent': 'parent_id'}) }} as problem
    from ancestors
    where value_stream_id = ancestor_id
),

calendars as (
    select
        {{ seed_text('calendar_id') }} as calendar_id,
        {{ seed_text('time_zone') }} as time_zone,
        {{ seed_text('weekday') }} as weekday,
        {{ seed_text('start_time') }} as start_time,
        {{ seed_text('end_time') }} as end_time,
        {{ seed_row_name(
            'calendars', ['calendar_id', 'time_zone', 'weekday', 'start_time', 'end_time']
        ) }} as seed_row
    from {{ ref('calendars') }}
),

-- The same hours twice would be worked twice.
overlapping_hours as (
    select
        'calendars' as seed,
        one.seed_row,
        {{ seed_message('overlap', {}, {'others': 'other.seed_row'}) }} as problem
    from calendars as one
    inner join calendars as other
        on
            one.calendar_id = other.calendar_id
            and one.weekday = other.weekday
            and one.start_time < other.start_time
            and one.end_time > other.start_time
),

calendar_zones as (
    select
        'calendars' as seed,
        'calendars (calendar_id=' || calendar_id || ')' as seed_row,
        {{ seed_message('several', {}, {'one': 'min(time_zone)', 'other': 'max(time_zone)'}) }} as problem
    from calendars
    group by calendar_id
    having count(distinct time_zone) > 1
),

final as (
    select * from problems
    union all
    select * from circles
    union all
    select * from overlapping_hours
    union all
    select * from calendar_zones
)

select
    seed,
    seed_row,
    problem
from final
