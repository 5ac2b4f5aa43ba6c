-- Seeds must be sound before anything is built on them.
-- depends_on: {{ ref('int_seeds__problems') }}
with

source as (
    select * from {{ ref('teams') }}
),

final as (
    select
        {{ seed_text('team_id') }} as team_id,
        coalesce(nullif(trim(team_name), ''), trim(team_id)) as team_name,
        {{ seed_text('value_stream_id') }} as value_stream_id,
        {{ seed_text('calendar_id') }} as calendar_id
    from source
)

select * from final
