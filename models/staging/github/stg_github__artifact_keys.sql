{{ config(enabled='github' in var('tools'), materialized='view') }}

with

artifacts as (
    select * from {{ ref('stg_github__artifacts') }}
),

final as (
    select
        artifact_id,
        artifact_key,
        true as is_current
    from artifacts
)

select {{ shape_columns('artifact_keys') | join(', ') }}
from final
