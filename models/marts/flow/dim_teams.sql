with

teams as (
    select * from {{ ref('int_seeds__teams') }}
),

final as (
    select
        team_id,
        team_name,
        value_stream_id,
        calendar_id
    from teams
)

select * from final
