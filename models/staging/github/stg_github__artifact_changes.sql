{{ config(enabled='github' in var('tools'), materialized='view') }}

with

issues as (
    select * from {{ ref('stg_github__issues') }}
    where not is_pull_request
),

events as (
    select * from {{ ref('stg_github__timeline_events') }}
),

last_type_events as (
    select
        connection,
        issue_id,
        max(position) as position
    from events
    where event_type like 'issue_type_%'
    group by
        connection,
        issue_id
),

issue_events as (
    select
        events.*,
        issues.artifact_id,
        -- An event may leave out the type's name: the issue itself tells what the last one led to.
        coalesce(
            events.issue_type,
            case when last_type_events.position is not null then issues.issue_type end
        ) as entered_issue_type
    from events
    inner join issues
        on
            events.connection = issues.connection
            and events.issue_id = issues.id
    left join last_type_events
        on
            events.connection = last_type_events.connection
            and events.issue_id = last_type_events.issue_id
            and events.position = last_type_events.position
),

recorded as (
    select
        event_id as change_id,
        artifact_id,
        case
            when event_type in ('closed', 'reopened') then 'state'
            when event_type in ('labeled', 'unlabeled') then 'label'
            when event_type in ('assigned', 'unassigned') then 'assignee'
            when event_type in ('issue_type_added', 'issue_type_changed', 'issue_type_removed') then 'type'
        end as attribute,
        case event_type
            when 'unlabeled' then label
            when 'unassigned' then assignee_account
            when 'issue_type_added' then 'Issue'
            when 'issue_type_changed' then previous_issue_type
            when 'issue_type_removed' then previous_issue_type
        end as from_value,
        case event_type
            when 'closed' then 'closed'
            when 'reopened' then 'open'
            when 'labeled' then label
            when 'assigned' then assignee_account
            when 'issue_type_added' then entered_issue_type
            when 'issue_type_changed' then entered_issue_type
            when 'issue_type_removed' then 'Issue'
        end as to_value,
        created_at as changed_at,
        position,
        actor_account
    from issue_events
),

newest_state_events as (
    select
        connection,
        issue_id,
        max_by(event_type, (created_at, position)) as event_type,
        max(created_at) as created_at
    from events
    where event_type in ('closed', 'reopened')
    group by
        connection,
        issue_id
),

-- A closing that left no event, the first or after a reopening, is still dated by the issue itself.
unrecorded_closings as (
    select
        'closed' as change_id,
        issues.artifact_id,
        'state' as attribute,
        cast(null as {{ dbt.type_string() }}) as from_value,
        'closed' as to_value,
        issues.closed_at as changed_at,
        cast(0 as bigint) as position,
        cast(null as {{ dbt.type_string() }}) as actor_account
    from issues
    left join newest_state_events
        on
            issues.connection = newest_state_events.connection
            and issues.id = newest_state_events.issue_id
    where
        issues.state = 'closed'
        and issues.closed_at is not null
        and (
            newest_state_events.event_type is null
            or (
                newest_state_events.event_type = 'reopened'
                and issues.closed_at > newest_state_events.created_at
            )
        )
),

unioned as (
    select * from recorded
    where attribute != 'type' or to_value is not null
    union all
    select * from unrecorded_closings
),

final as (
    select
        change_id,
        artifact_id,
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
