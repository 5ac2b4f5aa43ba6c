-- The organisation's seeds: one temporary table a seed, seed_<name>.
-- A number's place (organisation.sql): 1-80 Jira Cloud projects, 81-90 Data Center projects, 91-100 repositories.

create or replace temp table seed_products as
select
    'product_' || number as product_id,
    'Product ' || number as product_name,
    'stream_' || (number % 10 + 1) as value_stream_id,
    'Owner ' || number as owner,
    case number % 4 when 0 then 'berlin' when 1 then 'new_york' end as calendar_id
from range(1, 101) as numbers(number);

-- Products 73 to 80 are components in any project; of their projects, two are no product's.
create or replace temp table seed_product_scope as
select
    'product_' || case when number between 73 and 78 then number - 72 else number end as product_id,
    case when number > 90 then 'github' else 'jira' end as tool,
    connection,
    null as project,
    case when number > 90 then 'repository' else 'project' end as scope_type,
    project as scope_value,
    null as precedence,
    null as valid_from,
    null as valid_to
from places
where number not in (79, 80)
union all
select 'product_' || (number + 72), 'jira', 'acme_cloud', null, 'component', 'Area ' || number, null, null, null
from range(1, 9) as numbers(number)
-- A part of product 5 that was product 6 before 2025.
union all
select 'product_6', 'jira', 'acme_cloud', 'APP5', 'component', 'Area 9', null, null, '2025-01-01'
union all
select 'product_5', 'jira', 'acme_cloud', 'APP5', 'component', 'Area 9', null, '2025-01-01', null;

create or replace temp table seed_teams as
select
    'team_' || number as team_id,
    'Team ' || number as team_name,
    'stream_' || (number % 10 + 1) as value_stream_id,
    case number % 3 when 0 then 'berlin' end as calendar_id
from range(1, 51) as numbers(number);

create or replace temp table seed_team_scope as
select
    'team_' || case
        when number <= 80 then number % 40 + 1
        when number <= 90 then 41 + number % 5
        else 46 + number % 5
    end as team_id,
    case when number > 90 then 'github' else 'jira' end as tool,
    connection,
    null as project,
    case when number > 90 then 'repository' else 'project' end as scope_type,
    project as scope_value,
    null as precedence,
    null as valid_from,
    null as valid_to
from places
where number % 20 != 7
union all
select 'team_' || number, 'jira', 'acme_cloud', null, 'team', 'Team ' || number, null, null, null
from range(1, 41) as numbers(number);

create or replace temp table seed_value_streams as
select 'stream_' || number as value_stream_id, 'Stream ' || number as value_stream_name, 'value_stream' as level,
    'art_' || (number % 2 + 1) as parent_id
from range(1, 11) as numbers(number)
union all
select 'art_' || number, 'Art ' || number, 'art', 'acme' from range(1, 3) as numbers(number)
union all
select 'acme', 'Acme', 'portfolio', null;

create or replace temp table seed_state_mapping as
select *, null as precedence, null as valid_from, null as valid_to, null as note
from (values
    ('jira', null, null, null, 'Ready for QA', 'waiting', null),
    ('jira', null, null, null, 'In QA', 'active', null),
    ('jira', null, null, null, 'Ready for Release', 'waiting', null),
    ('jira', 'acme_dc', null, null, 'In Review', 'waiting', null),
    ('jira', 'acme_cloud', null, 'Bug', 'To Do', 'waiting', null),
    ('jira', 'acme_cloud', 'APP3', null, 'Selected for Development', 'active', null),
    ('github', null, null, null, 'label:status: ready', 'new', null),
    ('github', null, null, null, 'label:status: in progress', 'active', null),
    ('github', null, null, null, 'label:status: review', 'waiting', null),
    ('github', 'acme_github', null, null, 'label:status: blocked', 'waiting', null),
    ('github', 'acme_github', 'acme/service-3', null, 'open', 'active', null)
) as rules(tool, connection, project, artifact_type, tool_state, abstract_state, outcome);

create or replace temp table seed_flow_item_mapping as
select tool, connection, project, artifact_type, label, null as component, model, flow_item, flow_level, precedence,
    valid_from, valid_to, null as note
from (values
    (null, null, null, null, 'security', 'vulnerability', 'risk', null, 5, null, null),
    (null, null, null, null, 'tech-debt', 'debt', 'debt', null, 10, null, null),
    ('jira', null, null, null, 'tech-debt-now', 'debt', 'debt', null, 11, null, null),
    ('jira', 'acme_dc', null, 'Epic', null, 'epic', 'feature', 'epic', null, null, null),
    ('jira', 'acme_cloud', null, 'Improvement', null, 'debt', 'debt', null, null, null, '2024-01-01'),
    ('github', 'acme_github', null, 'Issue', null, 'story', 'feature', null, null, null, null)
) as rules(
    tool, connection, project, artifact_type, label, model, flow_item, flow_level, precedence, valid_from, valid_to
);

create or replace temp table seed_value_mapping as
select 'jira' as tool, 'acme_cloud' as connection, 'resolution' as field, 'Won''t Do' as tool_value,
    'cancelled' as value, null as note
union all
select 'jira', null, 'resolution', 'Duplicate', 'cancelled', null;

create or replace temp table seed_calendars as
select calendar_id, time_zone, weekday, start_time, end_time
from (values ('monday'), ('tuesday'), ('wednesday'), ('thursday'), ('friday')) as days(weekday)
cross join (values
    ('berlin', 'Europe/Berlin', '09:00', '12:30'), ('berlin', 'Europe/Berlin', '13:15', '18:00'),
    ('new_york', 'America/New_York', '09:00', '17:30')
) as hours(calendar_id, time_zone, start_time, end_time);

create or replace temp table seed_holidays as
select calendar_id, strftime(make_date(year, month, day), '%Y-%m-%d') as date, 'Holiday' as name
from range(2021, 2027) as years(year)
cross join (values ('berlin', 1, 1), ('berlin', 12, 25), ('new_york', 7, 4)) as dates(calendar_id, month, day);
