with

points as (
    select * from {{ ref('int_timeline__points') }}
),

final as (
    select distinct artifact_id
    from points
    where
        attribute = 'state'
        and not is_inferred
        and from_value != previous_native_state
)

select artifact_id
from final
