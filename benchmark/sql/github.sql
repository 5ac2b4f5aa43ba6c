-- GitHub issues and pull requests with their timelines, for the artifact numbers [first_artifact, last_artifact):
-- issue_rows, timeline_rows, sighting_rows; of pull requests also pull_rows, review_rows and commit_rows.
-- Variables: as in jira.sql. Every tenth number is a pull request.

create or replace temp table lives as
select
    artifact,
    place.number as place,
    place.connection,
    place.project as repository,
    artifact % 10 = 0 as is_pull_request,
    getvariable('as_of_ms') - cast(share(artifact, 'created') * getvariable('history_days') * 86400000 as bigint) - 3600000 as created_ms,
    5 + pick(artifact, 'length', 11) as step_count,
    pick(artifact, 'finishes', 100) < 94 as finishes,
    coalesce(list_filter(
        range(1, getvariable('round') + 1), lambda later: later * 37 % 100 = artifact % 100
    ), []) as touched_in
from range(getvariable('first_artifact'), getvariable('last_artifact')) as numbers(artifact)
inner join places as place on place.number = 91 + pick(artifact, 'place', getvariable('repositories'))
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
        created_ms // 1000 * 1000 + sum(
            case
                when pick(artifact + step * 1000003, 'tie', 30) = 0 then 0
                else 60000 + cast(pow(share(artifact + step * 1000003, 'gap'), 4) * 25 * 86400 as bigint) * 1000
            end
        ) over (partition by artifact order by step)::bigint as at_ms,
        step = step_count and finishes as is_final,
        pick(artifact + step * 1000003, 'attribute', 100) as draw
    from drawn
    union all
    select
        artifact,
        100 + later as step,
        getvariable('as_of_ms') + days(later) - 3600000 as at_ms,
        false as is_final,
        95 as draw
    from (select artifact, unnest(touched_in) as later from lives) as touched
)

select
    lives.artifact,
    lives.repository,
    step,
    at_ms,
    is_final,
    pick(artifact + step * 1000003, 'value', 1000) as value,
    case
        when is_final then 'closed'
        when draw < 45 then 'state label'
        when draw < 55 then 'assigned'
        when draw < 70 then 'mentioned'
        when draw < 80 then 'subscribed'
        when draw < 84 then 'cross-referenced'
        when draw < 88 then 'type'
        when draw < 91 then 'closed and reopened'
        else 'topic label'
    end as kind
from timed
inner join lives using (artifact)
where at_ms <= getvariable('as_of_ms') + days(getvariable('round'));

create or replace temp macro state_label(number) as
    ['status: ready', 'status: in progress', 'status: review', 'status: blocked', 'status: in progress'][number];
create or replace temp macro github_type(number) as ['Feature', 'Bug', 'Task'][number];

create or replace temp table placed as
select
    *,
    lag(value) over (partition by artifact, kind order by step) as previous_value,
    row_number() over (partition by artifact, kind order by step) as occurrence
from steps;

-- Each step is one event or two.
create or replace temp table events as
with split as (
    select
        *,
        unnest(case kind
            when 'state label' then case when previous_value is null then [1] else [0, 1] end
            when 'closed and reopened' then [0, 1]
            else [1]
        end) as part
    from placed
)

select
    artifact,
    step,
    part,
    at_ms,
    is_final,
    value,
    case
        when kind = 'state label' then case part when 0 then 'unlabeled' else 'labeled' end
        when kind = 'topic label' then 'labeled'
        when kind = 'closed and reopened' then case part when 0 then 'closed' else 'reopened' end
        when kind = 'type' then case when occurrence = 1 then 'issue_type_added' else 'issue_type_changed' end
        else kind
    end as event,
    case
        when kind = 'state label' then state_label(1 + (case part when 0 then previous_value else value end) % 5)
        when kind = 'topic label' then 'topic-' || value % 200
    end as label,
    case when kind = 'type' then github_type(1 + value % 3) end as issue_type,
    case when kind = 'type' and occurrence > 1 then github_type(1 + previous_value % 3) end as previous_issue_type,
    case when kind = 'cross-referenced' then artifact - 1 - value % 500 end as source_artifact,
    repository
from split;

create or replace temp table nows as
select
    lives.artifact,
    lives.connection,
    lives.repository,
    lives.is_pull_request,
    lives.created_ms,
    greatest(lives.created_ms, max(events.at_ms)) as updated_ms,
    coalesce(bool_or(events.is_final), false) as is_closed,
    max(events.at_ms) filter (where events.is_final) as closed_ms,
    arg_max(events.value, events.step) filter (where events.is_final) as close_value,
    arg_max(events.issue_type, events.step) as issue_type,
    arg_max(events.label, events.step) filter (where events.event = 'labeled' and events.label like 'status: %')
        as state_label,
    coalesce(list(distinct events.label order by events.label) filter (where events.label like 'topic-%'), [])
        as topics
from lives
left join events on lives.artifact = events.artifact
group by lives.artifact, lives.connection, lives.repository, lives.is_pull_request, lives.created_ms;

create or replace temp macro login(number) as {'login': person(number), 'id': person(number), 'type': 'User'};

create or replace temp table issue_rows as
select
    connection,
    cast(artifact as varchar) as id,
    repository,
    cast(artifact as varchar) as number,
    timezone('UTC', ms_to_time(updated_ms)) as updated_at,
    to_json({
        'id': artifact,
        'node_id': 'I_' || artifact,
        'number': artifact,
        'url': 'https://api.github.example/repos/' || repository || '/issues/' || artifact,
        'html_url': 'https://github.example/' || repository || '/issues/' || artifact,
        'repository_url': 'https://api.github.example/repos/' || repository,
        'title': 'Work item ' || artifact || ' of ' || repository || ' that someone asked for',
        'state': case when is_closed then 'closed' else 'open' end,
        'state_reason': case when is_closed then ['completed', 'completed', 'not_planned'][1 + close_value % 3] end,
        'type': case when issue_type is not null then {'id': 1, 'name': issue_type} end,
        'labels': list_transform(
            list_concat(
                case
                    when pick(artifact, 'meaning', 100) < 2 then ['security']
                    when pick(artifact, 'meaning', 100) < 7 then ['tech-debt']
                    when pick(artifact, 'meaning', 100) < 30 then ['bug']
                    when pick(artifact, 'meaning', 100) < 60 then ['enhancement']
                    else []
                end,
                case when state_label is null then [] else [state_label] end,
                topics
            ),
            lambda label: {'id': 1, 'name': label, 'color': 'ededed', 'default': false}
        ),
        'user': login(pick(artifact, 'reporter', 500)),
        'assignee': case when pick(artifact, 'assignee', 3) > 0 then login(pick(artifact, 'assignee', 500)) end,
        'parent_issue_url': null, -- both would be items of one level
        'pull_request': case when is_pull_request then {
            'url': 'https://api.github.example/repos/' || repository || '/pulls/' || artifact
        } end,
        'locked': false, 'comments': pick(artifact, 'comments', 20), 'milestone': null, 'author_association': 'MEMBER',
        'created_at': strftime(ms_to_time(created_ms), '%Y-%m-%dT%H:%M:%SZ'),
        'updated_at': strftime(ms_to_time(updated_ms), '%Y-%m-%dT%H:%M:%SZ'),
        'closed_at': strftime(ms_to_time(closed_ms), '%Y-%m-%dT%H:%M:%SZ')
    }) as record
from nows;

create or replace temp table timeline_rows as
select
    lives.connection,
    cast(lives.artifact as varchar) as issue_id,
    lives.repository,
    cast(lives.artifact as varchar) as number,
    to_json({'events': coalesce(
        list({
            'id': events.artifact * 1000 + events.step * 2 + events.part,
            'node_id': 'E_' || events.artifact || '_' || events.step || '_' || events.part,
            'event': events.event,
            'created_at': strftime(ms_to_time(events.at_ms), '%Y-%m-%dT%H:%M:%SZ'),
            'actor': login(events.value % 500),
            'label': case when events.label is not null then {'name': events.label, 'color': 'ededed'} end,
            'assignee': case when events.event = 'assigned' then login(events.value % 500) end,
            'issue_type': case when events.issue_type is not null then {'name': events.issue_type} end,
            'prev_issue_type':
                case when events.previous_issue_type is not null then {'name': events.previous_issue_type} end,
            'source': case when events.source_artifact is not null then {
                'type': 'issue',
                'issue': {
                    'id': events.source_artifact, 'number': events.source_artifact,
                    'repository_url': 'https://api.github.example/repos/' || events.repository
                }
            } end
        } order by events.step, events.part) filter (where events.artifact is not null), []
    )}) as record
from lives
left join events
    on
        lives.artifact = events.artifact
        -- The closing of one in 100 left no event.
        and not (events.is_final and pick(events.artifact, 'lost', 100) = 0)
group by lives.connection, lives.artifact, lives.repository;

create or replace temp table pull_rows as
select
    connection,
    'p' || artifact as id,
    cast(artifact as varchar) as issue_id,
    repository,
    cast(artifact as varchar) as number,
    timezone('UTC', ms_to_time(updated_ms)) as updated_at,
    to_json({
        'id': artifact,
        'title': 'Change for #' || (artifact - 1),
        'body': 'Closes #' || (artifact - 1),
        'html_url': 'https://github.example/' || repository || '/pull/' || artifact,
        'state': case when is_closed then 'closed' else 'open' end,
        'draft': false,
        'labels': [],
        'user': login(pick(artifact, 'reporter', 500)),
        'head': {'ref': 'work/' || artifact},
        'base': {'ref': 'main'},
        'merge_commit_sha': md5('merge ' || artifact),
        'created_at': strftime(ms_to_time(created_ms), '%Y-%m-%dT%H:%M:%SZ'),
        'merged_at': strftime(ms_to_time(closed_ms), '%Y-%m-%dT%H:%M:%SZ'),
        'closed_at': strftime(ms_to_time(closed_ms), '%Y-%m-%dT%H:%M:%SZ')
    }) as record
from nows
where is_pull_request;

create or replace temp table review_rows as
select
    connection,
    id as pull_request_id,
    repository,
    number,
    to_json({'reviews': [{
        'id': issue_id, 'user': login(7), 'state': 'APPROVED',
        'submitted_at': strftime(timezone('UTC', updated_at), '%Y-%m-%dT%H:%M:%SZ')
    }]}) as record
from pull_rows;

create or replace temp table commit_rows as
select
    connection,
    id as pull_request_id,
    repository,
    number,
    to_json({'commits': list_transform(range(1, 4), lambda n: {
        'sha': md5(issue_id || ' ' || n),
        'author': login(7),
        'commit': {
            'message': 'APP1-' || issue_id || ' step ' || n,
            'author': {'name': person(7), 'date': strftime(timezone('UTC', updated_at), '%Y-%m-%dT%H:%M:%SZ')},
            'committer': {'date': strftime(timezone('UTC', updated_at), '%Y-%m-%dT%H:%M:%SZ')}
        }
    })}) as record
from pull_rows;

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
