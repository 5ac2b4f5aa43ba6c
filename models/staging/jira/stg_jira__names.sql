{{ config(enabled='jira' in var('tools'), materialized='view') }}

with

statuses as (
    select * from {{ source('raw_jira', 'statuses') }}
),

issue_types as (
    select * from {{ source('raw_jira', 'issue_types') }}
),

final as (
    select
        connection,
        'state' as attribute,
        id,
        {{ json_text('record', "'$.name'") }} as name
    from statuses
    union all
    select
        connection,
        'type' as attribute,
        id,
        {{ json_text('record', "'$.name'") }} as name
    from issue_types
)

select * from final
