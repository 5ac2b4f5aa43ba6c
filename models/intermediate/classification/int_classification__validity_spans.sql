with

dates as (
    {% for seed in ['state_mapping', 'flow_item_mapping', 'product_scope', 'team_scope'] -%}
        select valid_from as changes_on from {{ ref('int_seeds__' ~ seed) }}
        union
        select valid_to as changes_on from {{ ref('int_seeds__' ~ seed) }}
        union
    {% endfor -%}
    select cast('0001-01-01' as date) as changes_on
),

final as (
    select
        changes_on as starts_on,
        coalesce(lead(changes_on) over (order by changes_on), cast('9999-12-31' as date)) as ends_on
    from dates
    where changes_on is not null
)

select
    starts_on,
    ends_on
from final
