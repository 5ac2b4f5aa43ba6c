{{ config(enabled='jira' in var('tools'), materialized='view') }}

with

histories as (
    select * from {{ ref('stg_jira__histories') }}
    where attribute is not null
),

names as (
    select * from {{ ref('stg_jira__names') }}
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
        coalesce(names_before.name, histories.from_name) as from_value,
        coalesce(names_after.name, histories.to_name) as to_value
    from histories
    left join names as names_before
        on
            histories.connection = names_before.connection
            and histories.attribute = names_before.attribute
            and histories.from_id = names_before.id
    left join names as names_after
        on
            histories.connection = names_after.connection
            and histories.attribute = names_after.attribute
            and histories.to_id = names_after.id
    where histories.attribute in ('state', 'type')
),

-- Some histories carry a change of type twice, once under each of its two spellings.
repeated_types as (
    select
        connection,
        issue_id,
        history_id,
        min(position) as first_position
    from histories
    where attribute = 'type'
    group by
        connection,
        issue_id,
        history_id
    having count(*) > 1
),

single_names as (
    select named.* from named
    left join repeated_types
        on
            named.attribute = 'type'
            and named.connection = repeated_types.connection
            and named.issue_id = repeated_types.issue_id
            and named.history_id = repeated_types.history_id
    where named.position = coalesce(repeated_types.first_position, named.position)
),

label_lists as (
    select
        *,
        {{ split_text("coalesce(from_name, '')", ' ') }} as from_labels,
        {{ split_text("coalesce(to_name, '')", ' ') }} as to_labels
    from histories
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
        from_value,
        to_value
    from single_names
    union all
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
    from histories
    where attribute not in ('state', 'type', 'label', 'link')
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
