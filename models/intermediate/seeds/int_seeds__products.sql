-- Seeds must be sound before anything is built on them.
-- depends_on: {{ ref('int_seeds__problems') }}
with

source as (
    select * from {{ ref('products') }}
),

final as (
    select
        {{ seed_text('product_id') }} as product_id,
        coalesce(nullif(trim(product_name), ''), trim(product_id)) as product_name,
        {{ seed_text('value_stream_id') }} as value_stream_id,
        nullif(trim(owner), '') as owner,
        {{ seed_text('calendar_id') }} as calendar_id
    from source
)

select * from final
