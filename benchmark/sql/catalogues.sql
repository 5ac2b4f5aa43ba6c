-- The small raw tables: statuses, types, fields, projects, sprints and so on, once a connection.
-- Variables: as_of_ms, load_id.

create or replace temp table sites as
select unnest(['acme_cloud', 'acme_dc']) as connection;

create or replace temp macro recorded(record) as {
    'record': record,
    'record_hash': md5(cast(record as varchar)),
    'loaded_at': timezone('UTC', ms_to_time(getvariable('as_of_ms'))),
    '_dlt_load_id': getvariable('load_id')
};

insert into raw_jira.statuses by name
select connection, id, unnest(recorded(record)) from (
    select connection, cast(id as varchar) as id, to_json({
        'id': cast(id as varchar), 'name': name, 'statusCategory': {'key': category}
    }) as record
    from statuses cross join sites where is_listed
);

insert into raw_jira.issue_types by name
select connection, id, unnest(recorded(record)) from (
    select connection, cast(id as varchar) as id,
        to_json({'id': cast(id as varchar), 'name': name, 'subtask': is_subtask}) as record
    from issue_types cross join sites
);

insert into raw_jira.fields by name
select connection, id, unnest(recorded(record)) from (
    select connection, id, to_json({'id': id, 'name': name, 'custom': true}) as record
    from sites cross join (values
        ('customfield_10016', 'Story Points'), ('customfield_10020', 'Sprint'), ('customfield_10021', 'Flagged'),
        ('customfield_10001', 'Team'), ('customfield_10014', 'Epic Link'), ('customfield_10019', 'Rank')
    ) as fields(id, name)
);

insert into raw_jira.projects by name
select connection, id, project as key, unnest(recorded(record)) from (
    select connection, project, cast(number as varchar) as id,
        to_json({'id': cast(number as varchar), 'key': project, 'name': project}) as record
    from places where number <= 90
);

insert into raw_jira.priorities by name
select connection, id, unnest(recorded(record)) from (
    select connection, cast(id as varchar) as id, to_json({'id': cast(id as varchar), 'name': name}) as record
    from sites cross join (values (1, 'Highest'), (2, 'High'), (3, 'Medium'), (4, 'Low'), (5, 'Lowest')) as known(id, name)
);

insert into raw_jira.resolutions by name
select connection, id, unnest(recorded(record)) from (
    select connection, cast(id as varchar) as id, to_json({'id': cast(id as varchar), 'name': name}) as record
    from sites cross join (values (1, 'Done'), (2, 'Won''t Do'), (3, 'Duplicate'), (4, 'Answered')) as known(id, name)
);

insert into raw_jira.boards by name
select connection, id, unnest(recorded(record)) from (
    select connection, cast(number as varchar) as id,
        to_json({'id': number, 'name': project || ' board', 'type': 'scrum'}) as record
    from places where number <= 90
);

insert into raw_jira.sprints by name
select connection, id, unnest(recorded(record)) from (
    select connection, cast(number * 1000 + sprint as varchar) as id, to_json({
        'id': number * 1000 + sprint, 'name': 'Sprint ' || (number * 1000 + sprint), 'state': 'closed',
        'originBoardId': number,
        'startDate': iso(getvariable('as_of_ms') + days(sprint * 14 - 1900), 0),
        'endDate': iso(getvariable('as_of_ms') + days(sprint * 14 - 1886), 0),
        'activatedDate': iso(getvariable('as_of_ms') + days(sprint * 14 - 1900), 0),
        'completeDate': iso(getvariable('as_of_ms') + days(sprint * 14 - 1886), 0)
    }) as record
    from places cross join range(0, 136) as sprints(sprint) where number <= 90
);

insert into raw_github.repositories by name
select connection, id, project as full_name, unnest(recorded(record)) from (
    select connection, project, cast(number as varchar) as id,
        to_json({'id': number, 'full_name': project, 'default_branch': 'main'}) as record
    from places where number > 90
);

insert into raw_github.releases by name
select connection, id, repository, unnest(recorded(record)) from (
    select connection, cast(number * 1000 + release as varchar) as id, project as repository, to_json({
        'name': 'v' || release, 'tag_name': 'v' || release, 'draft': false, 'prerelease': false,
        'created_at': iso(getvariable('as_of_ms') - days(release * 30), 0),
        'published_at': iso(getvariable('as_of_ms') - days(release * 30), 0)
    }) as record
    from places cross join range(0, 60) as releases(release) where number > 90
);

insert into raw_github.deployments by name
select connection, id, repository, updated_at, unnest(recorded(record)) from (
    select connection, cast(number * 1000 + deployment as varchar) as id, project as repository,
        timezone('UTC', ms_to_time(getvariable('as_of_ms') - days(deployment * 7))) as updated_at,
        to_json({
            'sha': md5('merge ' || deployment), 'ref': 'main', 'environment': 'production',
            'created_at': iso(getvariable('as_of_ms') - days(deployment * 7), 0)
        }) as record
    from places cross join range(0, 250) as deployments(deployment) where number > 90
);

insert into raw_github.deployment_statuses by name
select connection, id as deployment_id, repository, unnest(recorded(record)) from (
    select connection, id, repository, to_json({'statuses': [{
        'id': id, 'state': case when hash(id) % 10 = 0 then 'failure' else 'success' end,
        'created_at': strftime(timezone('UTC', updated_at), '%Y-%m-%dT%H:%M:%SZ')
    }]}) as record
    from raw_github.deployments
);

insert into raw_jira.loads by name
select connection, getvariable('load_id') as load_id,
    timezone('UTC', ms_to_time(getvariable('as_of_ms') - 60000)) as started_at,
    timezone('UTC', ms_to_time(getvariable('as_of_ms'))) as finished_at
from sites;

insert into raw_github.loads by name
select 'acme_github' as connection, getvariable('load_id') as load_id,
    timezone('UTC', ms_to_time(getvariable('as_of_ms') - 60000)) as started_at,
    timezone('UTC', ms_to_time(getvariable('as_of_ms'))) as finished_at;
