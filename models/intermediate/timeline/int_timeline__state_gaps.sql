with

points as (
    select * from {{ ref('int_timeline__points') }}
),

final as (
    select distinct artifact_id
    from points
    where is_after_gap
)

select artifact_id
from final
