{{ config(enabled='jira' in var('tools')) }}

with

histories as (
    select * from {{ ref('stg_jira__histories') }}
),

statuses as (
    select
        connection,
        id,
        {{ json_text('record', "'$.name'") }} as name
    from {{ source('raw_jira', 'statuses') }}
),

issue_types as (
    select
        connection,
        id,
        {{ json_text('record', "'$.name'") }} as name
    from {{ source('raw_jira', 'issue_types') }}
),

-- A history keeps the spelling of its day; a state or type renamed since is still the same one, by its id.
named as (
    select
        histories.connection,
        histories.issue_id,
        histories.history_id,
        histories.position,
        histories.changed_at,
        histories.actor_account,
        histories.attribute,
        histories.from_id,
        histories.to_id,
        coalesce(from_statuses.name, from_types.name, histories.from_name) as from_name,
        coalesce(to_statuses.name, to_types.name, histories.to_name) as to_name
    from histories
    left join statuses as from_statuses
        on
            histories.attribute = 'state'
            and histories.connection = from_statuses.connection
            and histories.from_id = from_statuses.id
    left join statuses as to_statuses
        on
            histories.attribute = 'state'
            and histories.connection = to_statuses.connection
            and histories.to_id = to_statuses.id
    left join issue_types as from_types
        on
            histories.attribute = 'type'
            and histories.connection = from_types.connection
            and histories.from_id = from_types.id
    left join issue_types as to_types
        on
            histories.attribute = 'type'
            and histories.connection = to_types.connection
            and histories.to_id = to_types.id
),

-- Some histories carry a change of type twice, once under each of its two spellings.
single_values as (
    select
        *,
        row_number() over (
            partition by connection, issue_id, history_id, attribute
            order by position
        ) as occurrence
    from named
    where attribute not in ('label', 'link')
),

label_lists as (
    select
        *,
        {{ split_text("coalesce(from_name, '')", ' ') }} as from_labels,
        {{ split_text("coalesce(to_name, '')", ' ') }} as to_labels
    from named
    where attribute = 'label'
),

added_labels as (
    select
        *,
        {{ unnested(list_except('to_labels', 'from_labels'), 'label') }}
    from label_lists
),

removed_labels as (
    select
        *,
        {{ unnested(list_except('from_labels', 'to_labels'), 'label') }}
    from label_lists
),

unioned as (
    select
        connection,
        issue_id,
        history_id,
        position,
        changed_at,
        actor_account,
        attribute,
        case attribute
            when 'project' then {{ jira_project('from_name') }}
            when 'sprint' then from_id
            when 'assignee' then from_id
            when 'parent' then connection || ':' || from_id
            else from_name
        end as from_value,
        case attribute
            when 'project' then {{ jira_project('to_name') }}
            when 'sprint' then to_id
            when 'assignee' then to_id
            when 'parent' then connection || ':' || to_id
            else to_name
        end as to_value
    from single_values
    where attribute != 'type' or occurrence = 1
    union all
    select
        connection,
        issue_id,
        history_id,
        position,
        changed_at,
        actor_account,
        attribute,
        cast(null as {{ dbt.type_string() }}) as from_value,
        label as to_value
    from added_labels
    where label != ''
    union all
    select
        connection,
        issue_id,
        history_id,
        position,
        changed_at,
        actor_account,
        attribute,
        label as from_value,
        cast(null as {{ dbt.type_string() }}) as to_value
    from removed_labels
    where label != ''
),

final as (
    select
        history_id as change_id,
        connection || ':' || issue_id as artifact_id,
        attribute,
        from_value,
        to_value,
        changed_at,
        position,
        'history' as source,
        actor_account
    from unioned
)

select {{ shape_columns('artifact_changes') | join(', ') }}
from final
