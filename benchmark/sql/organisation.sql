-- The benchmark's organisation: its clock, helper macros, projects and repositories, states, people.
-- Variables: as_of_ms (end of the first load, milliseconds since 1970); cloud_places, dc_places and repositories (in
-- how many of these the artifacts are); history_days (how long ago the first was created).

-- A number below n for an artifact and a reason; the same every time.
create or replace temp macro pick(artifact, reason, n) as cast(hash(artifact, reason) % n as integer);
create or replace temp macro share(artifact, reason) as pick(artifact, reason, 1000000) / 1e6;
create or replace temp macro ms_to_time(ms) as make_timestamp(ms * 1000);
create or replace temp macro iso(ms, hours) as
    strftime(make_timestamp((ms + hours * 3600000) * 1000), '%Y-%m-%dT%H:%M:%S.%g')
    || case when hours < 0 then '-' else '+' end || lpad(cast(abs(hours) as varchar), 2, '0') || '00';
create or replace temp macro days(number) as cast(number as bigint) * 86400000;
create or replace temp macro person(number) as md5('person ' || number);
-- The place of a Jira issue by a draw. The last two of Cloud, which are no product's, are always among them.
create or replace temp macro cloud_place(draw) as
    1 + draw % getvariable('cloud_places')
    + case when draw % getvariable('cloud_places') < getvariable('cloud_places') - 2 then 0
        else 80 - getvariable('cloud_places') end;
create or replace temp macro dc_place(draw) as 81 + draw % getvariable('dc_places');
create or replace temp macro day_of(ms) as cast(ms // 86400000 as integer);

create or replace temp table places as
select
    number,
    case when number <= 80 then 'acme_cloud' when number <= 90 then 'acme_dc' else 'acme_github' end as connection,
    case
        when number <= 80 then 'APP' || number
        when number <= 90 then 'LEG' || (number - 80)
        else 'acme/service-' || (number - 90)
    end as project
from range(1, 101) as numbers(number);

create or replace temp table statuses(id, name, category, is_listed) as
values
    (1, 'Backlog', 'new', true),
    (2, 'To Do', 'new', true),
    (3, 'Selected for Development', 'new', true),
    (4, 'In Progress', 'indeterminate', true),
    (5, 'In Review', 'indeterminate', true),
    (6, 'Ready for QA', 'indeterminate', true),
    (7, 'In QA', 'indeterminate', true),
    (8, 'Ready for Release', 'indeterminate', true),
    (9, 'Done', 'done', true),
    (10, 'Closed', 'done', true),
    (11, 'Rejected', 'done', true),
    (12, 'Parked', 'indeterminate', true),  -- in no seed: the tool's category decides
    (13, 'Legacy Check', null, false);  -- gone from the tool, in no seed: unmapped

create or replace temp table issue_types(id, name, is_subtask, weight) as
values
    (1, 'Story', false, 340), (2, 'Bug', false, 250), (3, 'Task', false, 200), (4, 'Sub-task', true, 80),
    (5, 'Epic', false, 30), (6, 'Improvement', false, 60), (7, 'Technical Debt', false, 30),
    (8, 'Spike', false, 10);  -- in no seed: unmapped

-- Every type as often in 1,000 numbers as its weight says.
create or replace temp table type_draws as
select unnest(range(first, first + weight)) as draw, id, name, is_subtask
from (select *, coalesce(sum(weight) over (order by id rows between unbounded preceding and 1 preceding), 0)::bigint
    as first from issue_types) as weighted;
