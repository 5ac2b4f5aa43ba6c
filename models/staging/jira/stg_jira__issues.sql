{{ config(
    enabled='jira' in var('tools'),
    materialized=record_materialization(),
    incremental_strategy='replace_records',
    on_schema_change='sync_all_columns',
    unique_key=['connection', 'id'],
) }}

with

custom_fields as (
    select
        *,
        concat_ws(
            ' ', 'flag', flag_path, 'epic', epic_link_path, 'team', team_path,
            'points', story_points_path, 'estimate', story_point_estimate_path
        ) as told
    from {{ ref('stg_jira__custom_fields') }}
),

source as (
    select
        issues.*,
        custom_fields.flag_path,
        custom_fields.epic_link_path,
        custom_fields.team_path,
        custom_fields.story_points_path,
        custom_fields.story_point_estimate_path,
        {{ record_version(told='custom_fields.told') }} as record_version
    from {{ source('raw_jira', 'issues') }} as issues
    left join custom_fields
        on issues.connection = custom_fields.connection
),

unpacked as (
    select
        connection,
        id,
        key,
        record_version,
        {{ utc('updated') }} as updated_at,
        {{ utc('loaded_at') }} as loaded_at,
        {{ json_struct('record', {
            'self': 'text',
            'fields': {
                'summary': 'text',
                'issuetype': {'id': 'text', 'name': 'text', 'subtask': 'boolean'},
                'status': {'id': 'text', 'name': 'text', 'statusCategory': {'key': 'text'}},
                'resolution': {'name': 'text'},
                'priority': {'name': 'text'},
                'labels': 'json',
                'components': [{'name': 'text'}],
                'parent': {'id': 'text'},
                'reporter': {'accountId': 'text', 'key': 'text', 'name': 'text'},
                'assignee': {'accountId': 'text', 'key': 'text', 'name': 'text'},
                'created': 'text',
                'resolutiondate': 'text',
                'issuelinks': 'json',
            },
        }) }} as issue,
        {{ json_text('record', 'flag_path') }} as flag,
        {{ json_text('record', 'epic_link_path') }} as epic_key,
        {{ json_struct(
            json_part('record', 'team_path'), {'name': 'text', 'title': 'text', 'value': 'text'}
        ) }} as team,
        -- Anyone can make a field of that name, of any type.
        coalesce(
            {{ try_cast(json_text('record', 'story_points_path'), 'double') }},
            {{ try_cast(json_text('record', 'story_point_estimate_path'), 'double') }}
        ) as estimate
    from source
    where {{ is_unpacked_anew('source', ['connection', 'id']) }}
),

final as (
    select
        connection,
        id,
        record_version,
        key,
        issue.self,
        issue.fields.summary,
        issue.fields.issuetype.id as issue_type_id,
        issue.fields.issuetype.name as issue_type,
        issue.fields.issuetype.subtask as is_subtask,
        issue.fields.status.id as status_id,
        issue.fields.status.name as status,
        issue.fields.status.statuscategory.key as status_category,
        issue.fields.resolution.name as resolution,
        issue.fields.priority.name as priority,
        cast(issue.fields.labels as {{ dbt.type_string() }}) as labels,
        {{ to_json(list_field('issue.fields.components', 'name')) }} as components,
        issue.fields.parent.id as parent_id,
        epic_key,
        coalesce(team.name, team.title, team.value) as team,
        flag,
        estimate,
        coalesce(
            issue.fields.reporter.accountid, issue.fields.reporter.key, issue.fields.reporter.name
        ) as reporter_account,
        coalesce(
            issue.fields.assignee.accountid, issue.fields.assignee.key, issue.fields.assignee.name
        ) as assignee_account,
        cast(issue.fields.issuelinks as {{ dbt.type_string() }}) as links,
        {{ parse_time('issue.fields.created') }} as created_at,
        {{ parse_time('issue.fields.resolutiondate') }} as resolved_at,
        updated_at,
        loaded_at
    from unpacked
)

select * from final
