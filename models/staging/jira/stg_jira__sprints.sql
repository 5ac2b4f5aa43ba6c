{{ config(enabled='jira' in var('tools')) }}

with

source as (
    select * from {{ source('raw_jira', 'sprints') }}
),

unpacked as (
    select
        connection,
        id,
        {{ json_struct('record', {
            'name': 'text',
            'state': 'text',
            'goal': 'text',
            'originBoardId': 'text',
            'startDate': 'text',
            'endDate': 'text',
            'activatedDate': 'text',
            'completeDate': 'text',
        }) }} as sprint
    from source
),

final as (
    select
        connection || ':' || id as sprint_id,
        connection,
        'jira' as tool,
        id as native_id,
        sprint.name as sprint_name,
        sprint.state as sprint_state,
        sprint.originboardid as board_id,
        sprint.goal,
        {{ parse_time('sprint.startdate') }} as planned_start_at,
        {{ parse_time('sprint.enddate') }} as planned_end_at,
        {{ parse_time('sprint.activateddate') }} as activated_at,
        {{ parse_time('sprint.completedate') }} as completed_at
    from unpacked
)

select {{ shape_columns('sprints') | join(', ') }}
from final
