-- Jira issues with their changelogs, for the artifact numbers [first_artifact, last_artifact): issue_rows,
-- changelog_rows, sighting_rows.
-- Variables: first_artifact, last_artifact, as_of_ms, round (0: the first load; n: the n-th later load, which writes
-- only the hundredth of the artifacts that changed since), load_id.

create or replace temp table lives as
select
    artifact,
    place.number as place,
    place.connection,
    place.connection = 'acme_cloud' as is_cloud,
    place.project,
    born_type.id as type_id,
    getvariable('as_of_ms') - cast(share(artifact, 'created') * getvariable('history_days') * 86400000 as bigint) - 3600000 as created_ms,
    5 + pick(artifact, 'length', 13) as step_count,
    pick(artifact, 'finishes', 100) < 94 as finishes,
    coalesce(list_filter(
        range(1, getvariable('round') + 1), lambda later: later * 37 % 100 = artifact % 100
    ), []) as touched_in
from range(getvariable('first_artifact'), getvariable('last_artifact')) as numbers(artifact)
inner join places as place
    on place.number = case
        when pick(artifact, 'tool', 9) = 0 then dc_place(pick(artifact, 'place', 10))
        else cloud_place(pick(artifact, 'place', 80))
    end
inner join type_draws as born_type on born_type.draw = pick(artifact, 'type', 1000)
where getvariable('round') = 0 or artifact % 100 = getvariable('round') * 37 % 100;

create or replace temp table steps as
with drawn as (
    select
        *,
        unnest(range(1, step_count + 1)) as step
    from lives
),

timed as (
    select
        artifact,
        step,
        -- Now and then two steps at the same instant.
        created_ms + sum(
            case
                when pick(artifact + step * 1000003, 'tie', 50) = 0 then 0
                else 60000 + cast(pow(share(artifact + step * 1000003, 'gap'), 4) * 25 * 86400000 as bigint)
            end
        ) over (partition by artifact order by step)::bigint as at_ms,
        step = step_count and finishes as is_final,
        pick(artifact + step * 1000003, 'attribute', 100) as draw
    from drawn
    union all
    -- What happened between the first load and a later one.
    select
        artifact,
        100 + later as step,
        getvariable('as_of_ms') + days(later) - 3600000 as at_ms,
        false as is_final,
        0 as draw
    from (select artifact, unnest(touched_in) as later from lives) as touched
)

select
    lives.artifact,
    lives.place,
    lives.is_cloud,
    lives.type_id,
    step,
    at_ms,
    is_final,
    case
        when is_final or draw < 58 then 'state'
        when draw < 64 then 'sprint'
        when draw < 70 then 'assignee'
        when draw < 75 then 'flag'
        when draw < 79 then 'label'
        when draw < 82 then 'component'
        when draw < 85 then 'priority'
        when draw < 88 then 'estimate'
        when draw < 90 then 'type'
        when draw < 91 then 'project'
        when draw < 93 then 'link'
        else 'rank'
    end as attribute,
    pick(artifact + step * 1000003, 'value', 1000) as value
from timed
inner join lives using (artifact)
where at_ms <= getvariable('as_of_ms') + days(getvariable('round'));

-- to_value is a status id, type id, place, sprint id, person, component, estimate ... as a number; a toggle's is the
-- value that is set or cleared.
create or replace temp table changes as
with valued as (
    select
        *,
        cast(case attribute
            when 'state' then case
                when step > 100 then 4 + value % 2
                when is_final then case when value < 700 then 9 when value < 900 then 10 else 11 end
                when value < 30 then 9
                when value < 50 then 12
                when value < 55 then 13
                else least(8, greatest(2, 1 + step * 8 // 10 + value % 3 - 1))
            end
            when 'sprint' then place * 1000 + day_of(at_ms - getvariable('as_of_ms') + days(1900)) // 14
            when 'assignee' then value % 500
            when 'component' then place % 12 + value % 3
            when 'priority' then 1 + value % 5
            when 'estimate' then [1, 2, 3, 5, 8, 13][1 + value % 6]
            when 'type' then [1, 2, 3, 6, 7][1 + value % 5]
            when 'project' then case when is_cloud then cloud_place(value) else dc_place(value) end
            when 'link' then 1 + hash(artifact, step) % greatest(getvariable('first_artifact'), 1000)
            else value
        end as bigint) as to_value
    from steps
),

chained as (
    select
        *,
        row_number() over earlier as occurrence,
        coalesce(lag(to_value) over earlier, case attribute
            when 'state' then cast(1 + pick(artifact, 'first state', 2) as bigint)
            when 'type' then type_id
            when 'project' then place
            when 'priority' then 3
        end) as from_value
    from valued
    window earlier as (partition by artifact, attribute order by step)
)

select * from chained
where attribute in ('flag', 'label', 'link', 'rank') or to_value is distinct from from_value;

create or replace temp table nows as
select
    lives.artifact,
    lives.connection,
    lives.is_cloud,
    lives.created_ms,
    lives.touched_in,
    greatest(lives.created_ms, max(changes.at_ms)) as updated_ms,
    coalesce(
        arg_max(to_value, step) filter (where attribute = 'state'), 1 + pick(lives.artifact, 'first state', 2)
    ) as state_id,
    coalesce(arg_max(to_value, step) filter (where attribute = 'type'), any_value(lives.type_id)) as type_id,
    coalesce(arg_max(to_value, step) filter (where attribute = 'project'), any_value(lives.place)) as place,
    coalesce(arg_max(to_value, step) filter (where attribute = 'priority'), 3) as priority_id,
    count(*) filter (where attribute = 'flag') % 2 = 1 as is_flagged,
    count(*) filter (where attribute = 'label') % 2 = 1 as is_labelled,
    arg_max(to_value, step) filter (where attribute = 'component') as component,
    arg_max(to_value, step) filter (where attribute = 'estimate') as estimate,
    arg_max(to_value, step) filter (where attribute = 'sprint') as sprint,
    arg_max(to_value, step) filter (where attribute = 'assignee') as assignee,
    list({'to': to_value, 'at': at_ms} order by step) filter (where attribute = 'link') as links,
    max(at_ms) filter (where is_final) as resolved_ms,
    arg_max(case when to_value = 11 then 2 when value % 20 = 0 then 3 when value % 50 = 1 then 4 else 1 end, step)
        filter (where is_final) as resolution_id
from lives
left join changes on lives.artifact = changes.artifact
group by lives.artifact, lives.connection, lives.is_cloud, lives.created_ms, lives.touched_in;

create or replace temp macro resolution_name(id) as ['Done', 'Won''t Do', 'Duplicate', 'Answered'][id];
create or replace temp macro priority_name(id) as ['Highest', 'High', 'Medium', 'Low', 'Lowest'][id];
create or replace temp macro component_name(number) as 'Area ' || number;
create or replace temp macro stable_labels(artifact) as list_concat(
    case
        when pick(artifact, 'meaning', 100) < 2 then ['security']
        when pick(artifact, 'meaning', 100) < 7 then ['tech-debt']
        else []
    end,
    list_transform(range(0, pick(artifact, 'noise', 3)), lambda n: 'topic-' || pick(artifact + n, 'topic', 200))
);
create or replace temp macro toggled_label(artifact) as
    case when pick(artifact, 'toggle', 10) = 0 then 'tech-debt-now' else 'needs-info' end;
create or replace temp macro quoted(text) as coalesce('"' || text || '"', 'null');
create or replace temp macro item(field, field_id, from_id, from_name, to_id, to_name) as
    '{"field":"' || field || '","fieldId":' || quoted(field_id) || ',"fieldtype":"jira","from":' || quoted(from_id)
    || ',"fromString":' || quoted(from_name) || ',"to":' || quoted(to_id) || ',"toString":' || quoted(to_name) || '}';
create or replace temp macro user_of(number, is_cloud) as {
    'accountId': case when is_cloud then person(number) end,
    'key': case when not is_cloud then person(number) end,
    'name': case when not is_cloud then person(number) end,
    'displayName': person(number), 'active': true
};

create or replace temp macro author_json(number, is_cloud) as
    case when is_cloud then '{"accountId":"' else '{"key":"' || person(number) || '","name":"' end
    || person(number) || '","active":true,"displayName":"' || person(number) || '"}';

-- Some histories lost a change: the newest of the state (what the issue shows is then inferred), or one in between.
create or replace temp table histories as
with kept as (
    select
        changes.*,
        from_status.name as from_status, to_status.name as to_status,
        from_type.name as from_type, to_type.name as to_type,
        from_place.project as from_project, to_place.project as to_project
    from changes
    left join statuses as from_status on attribute = 'state' and from_value = from_status.id
    left join statuses as to_status on attribute = 'state' and to_value = to_status.id
    left join issue_types as from_type on attribute = 'type' and from_value = from_type.id
    left join issue_types as to_type on attribute = 'type' and to_value = to_type.id
    left join places as from_place on attribute = 'project' and from_value = from_place.number
    left join places as to_place on attribute = 'project' and to_value = to_place.number
    where
        attribute != 'state'
        or not (is_final and pick(artifact, 'lost', 200) = 0)
        and not (occurrence = 2 and pick(artifact, 'lost', 200) = 1)
),

written as (
    select
        artifact,
        step,
        at_ms,
        is_cloud,
        value,
        case attribute
            when 'state' then
                case
                    when is_final
                        then
                            item('status', 'status', from_value, from_status, to_value, to_status)
                            || ',' || item('resolution', 'resolution', null, null, 1, 'Done')
                    else item('status', 'status', from_value, from_status, to_value, to_status)
                end
            when 'type' then
                case
                    when is_cloud then item('issuetype', 'issuetype', from_value, from_type, to_value, to_type)
                    else
                        item('issuetype', 'issuetype', from_value, from_type, to_value, to_type)
                        || ',' || item('Issue Type', null, from_value, from_type, to_value, to_type)
                end
            when 'project' then
                item('project', 'project', from_value, from_project, to_value, to_project)
                || ',' || item('Key', null, null, from_project || '-' || artifact, null, to_project || '-' || artifact)
            when 'flag' then case
                when occurrence % 2 = 1
                    then item('Flagged', 'customfield_10021', '', '', '[10019]', 'Impediment')
                else item('Flagged', 'customfield_10021', '[10019]', 'Impediment', '', '')
            end
            when 'label' then case
                when occurrence % 2 = 1 then item(
                    'labels', 'labels', '', array_to_string(stable_labels(artifact), ' '),
                    '', array_to_string(list_append(stable_labels(artifact), toggled_label(artifact)), ' ')
                )
                else item(
                    'labels', 'labels', '',
                    array_to_string(list_append(stable_labels(artifact), toggled_label(artifact)), ' '),
                    '', array_to_string(stable_labels(artifact), ' ')
                )
            end
            when 'sprint' then item(
                'Sprint', 'customfield_10020', from_value, 'Sprint ' || from_value, to_value, 'Sprint ' || to_value
            )
            when 'assignee' then item(
                'assignee', 'assignee', person(from_value), person(from_value), person(to_value), person(to_value)
            )
            when 'component' then item(
                'Component', 'components', from_value, component_name(from_value), to_value, component_name(to_value)
            )
            when 'priority' then item(
                'priority', 'priority', from_value, priority_name(from_value), to_value, priority_name(to_value)
            )
            when 'estimate' then item(
                'Story Points', 'customfield_10016', null, from_value, null, to_value
            )
            when 'link' then item('Link', null, null, null, 'APP1-' || to_value, 'This issue blocks APP1-' || to_value)
            else item('Rank', 'customfield_10019', '', '', '', 'Ranked higher')
        end as items
    from kept
)

select
    artifact,
    string_agg(
        '{"id":"' || (artifact * 200 + step) || '","created":'
        || case when is_cloud then cast(at_ms as varchar) else '"' || iso(at_ms, -5) || '"' end
        || ',"author":' || author_json(value % 500, is_cloud) || ',"items":[' || items || ']}', ',' order by step
    ) as histories
from written
group by artifact;

create or replace temp table issue_rows as
select
    nows.connection,
    cast(nows.artifact as varchar) as id,
    place.project || '-' || nows.artifact as key,
    timezone('UTC', ms_to_time(nows.updated_ms)) as updated,
    to_json({
        'id': cast(nows.artifact as varchar),
        'key': place.project || '-' || nows.artifact,
        'self': 'https://jira.acme.example/rest/api/3/issue/' || nows.artifact,
        'fields': {
            'summary': 'Work item ' || nows.artifact || ' of ' || place.project || ' that someone asked for',
            'issuetype': {
                'self': 'https://jira.acme.example/rest/api/3/issuetype/' || nows.type_id,
                'id': cast(nows.type_id as varchar), 'name': type.name, 'subtask': type.is_subtask,
                'description': 'A small and distinct piece of work', 'avatarId': 10300 + nows.type_id
            },
            'project': {
                'self': 'https://jira.acme.example/rest/api/3/project/' || nows.place,
                'id': cast(nows.place as varchar), 'key': place.project, 'name': place.project,
                'projectTypeKey': 'software', 'simplified': false
            },
            'status': {
                'self': 'https://jira.acme.example/rest/api/3/status/' || nows.state_id,
                'id': cast(nows.state_id as varchar), 'name': status.name, 'description': '',
                'statusCategory': {'key': coalesce(status.category, 'undefined'), 'name': status.category}
            },
            'resolution': case when nows.resolution_id is not null then {
                'id': cast(nows.resolution_id as varchar), 'name': resolution_name(nows.resolution_id),
                'description': 'What became of it'
            } end,
            'resolutiondate': iso(nows.resolved_ms, 2),
            'priority': {'id': cast(nows.priority_id as varchar), 'name': priority_name(nows.priority_id)},
            'labels': case
                when nows.is_labelled then list_append(stable_labels(nows.artifact), toggled_label(nows.artifact))
                else stable_labels(nows.artifact)
            end,
            'components': case
                when nows.component is null then []
                else [{'id': cast(nows.component as varchar), 'name': component_name(nows.component)}]
            end,
            -- A label may make a sub-task an item of its own: that one stands alone, so as not to count beside its parent.
            'parent': case when type.is_subtask and not nows.is_labelled and not list_has_any(
                stable_labels(nows.artifact), ['security', 'tech-debt', 'tech-debt-now']
            ) then {
                'id': cast(nows.artifact - 1 as varchar), 'key': place.project || '-' || (nows.artifact - 1)
            } end,
            'reporter': user_of(pick(nows.artifact, 'reporter', 500), nows.is_cloud),
            'creator': user_of(pick(nows.artifact, 'reporter', 500), nows.is_cloud),
            'assignee': case when nows.assignee is not null then user_of(nows.assignee, nows.is_cloud) end,
            'created': iso(nows.created_ms, 2),
            'updated': iso(nows.updated_ms, 2),
            'issuelinks': coalesce(list_transform(nows.links, lambda link: {
                'type': {'name': 'Blocks', 'inward': 'is blocked by', 'outward': 'blocks'},
                'outwardIssue': {'id': cast(link.to as varchar), 'key': 'APP1-' || link.to}
            }), []),
            'fixVersions': [], 'versions': [], 'subtasks': [], 'duedate': null, 'workratio': -1,
            'customfield_10016': nows.estimate,
            'customfield_10020': case when nows.sprint is not null then [{
                'id': nows.sprint, 'name': 'Sprint ' || nows.sprint, 'state': 'closed'
            }] end,
            'customfield_10021': case when nows.is_flagged then [{'value': 'Impediment', 'id': '10019'}] end,
            'customfield_10001': case when pick(nows.artifact, 'team', 5) = 0 and nows.is_cloud then {
                'id': 'team-' || (nows.place % 40 + 1), 'name': 'Team ' || (nows.place % 40 + 1)
            } end,
            'customfield_10030': null, 'customfield_10031': null, 'customfield_10032': null,
            'customfield_10033': null, 'customfield_10034': null, 'customfield_10035': '0|i' || nows.artifact
        }
    }) as record
from nows
inner join places as place on nows.place = place.number
inner join statuses as status on nows.state_id = status.id
inner join issue_types as type on nows.type_id = type.id;

create or replace temp table changelog_rows as
select
    lives.connection,
    cast(lives.artifact as varchar) as issue_id,
    cast('{"histories":[' || coalesce(histories.histories, '') || ']}' as json) as record
from lives
left join histories using (artifact);

-- One in 100 is gone since; some of them have come back.
create or replace temp table sighting_rows as
select
    connection,
    cast(artifact as varchar) as id,
    is_present,
    timezone('UTC', ms_to_time(getvariable('as_of_ms') - days(sweep))) as seen_at
from nows
cross join (values (false, 20), (true, 10)) as sightings(is_present, sweep)
where
    getvariable('round') = 0
    and pick(artifact, 'removed', 100) = 0
    and updated_ms < getvariable('as_of_ms') - 20 * 86400000
    and (not is_present or pick(artifact, 'came back', 10) = 0);
