with

state_mapping as (
    select * from {{ ref('int_seeds__state_mapping') }}
),

final as (
    select distinct
        tool,
        connection,
        project,
        substring(tool_state, 7) as label
    from state_mapping
    where tool_state like 'label:%'
)

select
    tool,
    connection,
    project,
    label
from final
