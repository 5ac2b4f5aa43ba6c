{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'loads') }}
),

final as (
    select
        load_id,
        connection,
        'github' as tool,
        {{ utc('started_at') }} as started_at,
        {{ utc('finished_at') }} as finished_at
    from source
)

select {{ shape_columns('loads') | join(', ') }}
from final
