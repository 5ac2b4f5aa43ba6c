{{ config(enabled='jira' in var('tools')) }}

with

source as (
    select * from {{ source('raw_jira', 'issues') }}
),

custom_fields as (
    select * from {{ ref('stg_jira__custom_fields') }}
),

removals as (
    select * from {{ ref('stg_jira__removals') }}
),

unpacked as (
    select
        source.connection,
        source.id,
        source.key,
        {{ utc('source.updated') }} as updated_at,
        {{ utc('source.loaded_at') }} as loaded_at,
        {{ json_struct('source.record', {
            'self': 'text',
            'fields': {
                'summary': 'text',
                'issuetype': {'name': 'text', 'subtask': 'boolean'},
                'status': {'name': 'text', 'statusCategory': {'key': 'text'}},
                'resolution': {'name': 'text'},
                'priority': {'name': 'text'},
                'labels': 'json',
                'components': [{'name': 'text'}],
                'parent': {'id': 'text'},
                'reporter': {'accountId': 'text', 'key': 'text', 'name': 'text'},
                'assignee': {'accountId': 'text', 'key': 'text', 'name': 'text'},
                'created': 'text',
                'resolutiondate': 'text',
            },
        }) }} as issue,
        {{ json_text('source.record', 'custom_fields.flag_path') }} as flag,
        {{ json_text('source.record', 'custom_fields.epic_link_path') }} as epic_key,
        coalesce(
            {{ json_text('source.record', "custom_fields.team_path || '.name'") }},
            {{ json_text('source.record', "custom_fields.team_path || '.title'") }},
            {{ json_text('source.record', "custom_fields.team_path || '.value'") }}
        ) as team,
        cast(coalesce(
            {{ json_text('source.record', 'custom_fields.story_points_path') }},
            {{ json_text('source.record', 'custom_fields.story_point_estimate_path') }}
        ) as double) as estimate
    from source
    left join custom_fields
        on source.connection = custom_fields.connection
),

final as (
    select
        unpacked.connection || ':' || unpacked.id as artifact_id,
        unpacked.connection,
        'jira' as tool,
        unpacked.id as native_id,
        unpacked.key as artifact_key,
        {{ jira_project('unpacked.key') }} as project,
        unpacked.issue.fields.issuetype.name as artifact_type,
        unpacked.issue.fields.summary as title,
        regexp_replace(unpacked.issue.self, '/rest/api/.*$', '') || '/browse/' || unpacked.key as url,
        cast(null as {{ dbt.type_string() }}) as first_tool_state,
        unpacked.issue.fields.status.name as tool_state,
        case unpacked.issue.fields.status.statuscategory.key
            when 'new' then 'new'
            when 'indeterminate' then 'active'
            when 'done' then 'done'
        end as tool_state_category,
        unpacked.issue.fields.resolution.name as resolution,
        unpacked.flag is not null and unpacked.flag not in ('', '[]') as is_flagged,
        unpacked.issue.fields.priority.name as priority,
        cast(null as {{ dbt.type_string() }}) as severity,
        coalesce(cast(unpacked.issue.fields.labels as {{ dbt.type_string() }}), '[]') as labels,
        coalesce({{ to_json(list_field('unpacked.issue.fields.components', 'name')) }}, '[]') as components,
        {{ to_json(named_struct({'team': 'unpacked.team'})) }} as scope_values,
        coalesce(
            unpacked.connection || ':' || unpacked.issue.fields.parent.id,
            unpacked.connection || ':' || epics.id
        ) as parent_artifact_id,
        coalesce(unpacked.issue.fields.issuetype.subtask, false) as is_subtask,
        unpacked.estimate,
        coalesce(
            unpacked.issue.fields.reporter.accountid,
            unpacked.issue.fields.reporter.key,
            unpacked.issue.fields.reporter.name
        ) as reporter_account,
        coalesce(
            unpacked.issue.fields.assignee.accountid,
            unpacked.issue.fields.assignee.key,
            unpacked.issue.fields.assignee.name
        ) as assignee_account,
        {{ parse_time('unpacked.issue.fields.created') }} as created_at,
        unpacked.updated_at,
        {{ parse_time('unpacked.issue.fields.resolutiondate') }} as resolved_at,
        removals.removed_at,
        unpacked.loaded_at
    from unpacked
    left join source as epics
        on
            unpacked.connection = epics.connection
            and unpacked.epic_key = epics.key
    left join removals
        on
            unpacked.connection = removals.connection
            and unpacked.id = removals.native_id
)

select {{ shape_columns('artifacts') | join(', ') }}
from final
