-- Seeds must be sound before anything is built on them.
-- depends_on: {{ ref('int_seeds__problems') }}
with

source as (
    select * from {{ ref('value_streams') }}
),

final as (
    select
        {{ seed_text('value_stream_id') }} as value_stream_id,
        coalesce(nullif(trim(value_stream_name), ''), trim(value_stream_id)) as value_stream_name,
        {{ seed_text('level') }} as level,
        {{ seed_text('parent_id') }} as parent_id
    from source
)

select * from final
