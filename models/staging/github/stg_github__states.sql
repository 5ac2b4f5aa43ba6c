{{ config(enabled='github' in var('tools')) }}

with

connections as (
    select distinct connection from {{ source('raw_github', 'issues') }}
),

-- GitHub has these two states and no list of them to load.
final as (
    select
        connection,
        'github' as tool,
        'open' as tool_state,
        'new' as tool_state_category
    from connections
    union all
    select
        connection,
        'github' as tool,
        'closed' as tool_state,
        'done' as tool_state_category
    from connections
)

select {{ shape_columns('states') | join(', ') }}
from final
