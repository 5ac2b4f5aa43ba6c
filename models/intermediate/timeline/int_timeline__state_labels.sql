with

state_mapping as (
    select * from {{ ref('int_seeds__state_mapping') }}
),

final as (
    select distinct
        tool,
        connection,
        project,
        artifact_type,
        substring(tool_state, 7) as label
    from state_mapping
    where tool_state like 'label:%'
)

select
    tool,
    connection,
    project,
    artifact_type,
    label
from final
