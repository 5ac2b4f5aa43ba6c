-- Every mart asks for the time, so none is replaced while a seed is broken.
-- depends_on: {{ ref('int_seeds__problems') }}
with

loads as (
    select * from {{ ref('int_clock__loads') }}
),

final as (
    {% if var('as_of') %}
        select {{ parse_time("'" ~ checked_instant(var('as_of')) ~ "'") }} as as_of
    {% else %}
        select max(finished_at) as as_of
        from loads
    {% endif %}
)

select as_of
from final
