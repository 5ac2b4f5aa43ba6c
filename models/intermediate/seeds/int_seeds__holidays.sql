-- Seeds must be sound before anything is built on them.
-- depends_on: {{ ref('int_seeds__problems') }}
with

source as (
    select * from {{ ref('holidays') }}
),

final as (
    select
        {{ seed_text('calendar_id') }} as calendar_id,
        {{ try_cast(seed_text('date'), 'date') }} as holiday_date,
        nullif(trim(name), '') as holiday_name
    from source
)

select * from final
