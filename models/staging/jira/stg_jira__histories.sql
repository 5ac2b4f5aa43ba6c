{{ config(
    enabled='jira' in var('tools'),
    materialized=record_materialization(),
    incremental_strategy='replace_records',
    on_schema_change='sync_all_columns',
    unique_key=['connection', 'issue_id'],
) }}

with

changelogs as (
    select
        connection,
        issue_id,
        _dlt_load_id,
        record
    from {{ source('raw_jira', 'issue_changelogs') }}
),

-- The same without the records, which are long to read.
versions as (
    select
        connection,
        issue_id,
        _dlt_load_id,
        {{ record_version() }} as record_version
    from {{ source('raw_jira', 'issue_changelogs') }}
),

unpacked as (
    select
        connection,
        issue_id,
        {{ json_struct('record', {'histories': [{
            'id': 'text',
            'created': 'text',
            'author': {'accountId': 'text', 'key': 'text', 'name': 'text'},
            'items': [{'field': 'text', 'from': 'text', 'fromString': 'text', 'to': 'text', 'toString': 'text'}],
        }]}) }} as changelog
    from changelogs
    where {{ is_unpacked_anew('changelogs', ['connection', 'issue_id'], 'versions') }}
),

histories as (
    select
        connection,
        issue_id,
        {{ unnested('changelog.histories', 'history') }}
    from unpacked
),

dated as (
    select
        connection,
        issue_id,
        history,
        {{ parse_time('history.created') }} as changed_at
    from histories
),

items as (
    select
        connection,
        issue_id,
        history.id as history_id,
        changed_at,
        coalesce(history.author.accountid, history.author.key, history.author.name) as actor_account,
        {{ unnested("history['items']", 'item', 'position') }}
    from dated
),

named as (
    select
        connection,
        issue_id,
        history_id,
        position,
        changed_at,
        actor_account,
        case lower(item['field'])
            when 'status' then 'state'
            when 'issuetype' then 'type'
            when 'issue type' then 'type'
            when 'key' then 'project'
            when 'flagged' then 'flag'
            when 'sprint' then 'sprint'
            when 'story points' then 'estimate'
            when 'story point estimate' then 'estimate'
            when 'resolution' then 'resolution'
            when 'priority' then 'priority'
            when 'parent' then 'parent'
            when 'issueparentassociation' then 'parent'
            when 'epic link' then 'parent'
            when 'labels' then 'label'
            when 'component' then 'component'
            when 'assignee' then 'assignee'
            when 'link' then 'link'
        end as attribute,
        nullif(item['from'], '') as from_id,
        nullif(item['fromString'], '') as from_name,
        nullif(item['to'], '') as to_id,
        nullif(item['toString'], '') as to_name
    from items
),

-- A changelog in which nothing is tracked has a row, too: it was unpacked, and what it held before is gone.
final as (
    select
        connection,
        issue_id,
        null as record_version,
        history_id,
        position,
        changed_at,
        actor_account,
        attribute,
        from_id,
        from_name,
        to_id,
        to_name
    from named
    where attribute is not null
    union all
    select
        connection,
        issue_id,
        record_version,
        null as history_id,
        null as position,
        null as changed_at,
        null as actor_account,
        null as attribute,
        null as from_id,
        null as from_name,
        null as to_id,
        null as to_name
    from versions
    where {{ is_unpacked_anew('versions', ['connection', 'issue_id']) }}
)

select * from final
