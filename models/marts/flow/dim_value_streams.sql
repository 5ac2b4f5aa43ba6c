with

value_streams as (
    select * from {{ ref('int_seeds__value_streams') }}
),

final as (
    select
        value_stream_id,
        value_stream_name,
        level,
        parent_id
    from value_streams
)

select * from final
