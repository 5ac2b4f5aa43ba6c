-- The floor: what the figures cost when somebody writes them by hand, for this one organisation, with nothing but the
-- figures in mind. It reads the raw tables and seeds that the dbt project reads and computes the figures of
-- fct_flow_items and, for products, of the five metric marts. It is no model to follow: it knows which fields, labels
-- and dirt the generator writes, keeps no trace of which mapping row decided, and explains nothing.
-- Variables: seeds, defaults (folders of CSVs). The warehouse is the current database, the attached database `floor`
-- takes the results; days begin in UTC.

create or replace temp macro text_of(cell) as nullif(lower(trim(cell)), '');
create or replace temp macro day_start(moment) as epoch_ms(cast(moment as timestamp));

set variable as_of = (
    select epoch_ms(max(finished_at)) from (
        select finished_at from raw_jira.loads union all select finished_at from raw_github.loads
    ) as loads
);

-- Seeds ---------------------------------------------------------------------------------------------------------------

create or replace temp table state_rules as
select
    origin, text_of(tool) as tool, text_of(connection) as connection, text_of(project) as project,
    text_of(artifact_type) as artifact_type, text_of(tool_state) as tool_state, text_of(abstract_state) as abstract_state,
    text_of(outcome) as outcome, cast(precedence as integer) as precedence, text_of(valid_from) as valid_from,
    text_of(valid_to) as valid_to,
    concat(tool is not null, connection is not null, project is not null, artifact_type is not null) as pattern
from (
    select *, 1 as origin from read_csv(getvariable('seeds') || '/state_mapping.csv', all_varchar = true)
    union all by name
    select *, 2 as origin
    from read_csv(getvariable('defaults') || '/default_state_mapping.csv', all_varchar = true)
) as rows;

create or replace temp table flow_item_rules as
select
    origin, text_of(tool) as tool, text_of(connection) as connection, text_of(project) as project,
    text_of(artifact_type) as artifact_type, text_of(label) as label, text_of(flow_item) as flow_item,
    text_of(flow_level) as flow_level, cast(precedence as integer) as precedence, text_of(valid_from) as valid_from,
    text_of(valid_to) as valid_to,
    concat(
        tool is not null, connection is not null, project is not null, artifact_type is not null, label is not null
    ) as pattern
from (
    select *, 1 as origin from read_csv(getvariable('seeds') || '/flow_item_mapping.csv', all_varchar = true)
    union all by name
    select *, 2 as origin
    from read_csv(getvariable('defaults') || '/default_flow_item_mapping.csv', all_varchar = true)
) as rows;

create or replace temp table scope_rules as
select
    kind, text_of(result) as result, text_of(tool) as tool, text_of(connection) as connection,
    text_of(project) as project, text_of(scope_type) as scope_type, text_of(scope_value) as scope_value,
    text_of(valid_from) as valid_from, text_of(valid_to) as valid_to, project is not null as is_specific
from (
    select *, 'product' as kind, product_id as result
    from read_csv(getvariable('seeds') || '/product_scope.csv', all_varchar = true)
    union all by name
    select *, 'team' as kind, team_id as result
    from read_csv(getvariable('seeds') || '/team_scope.csv', all_varchar = true)
) as rows;

create or replace temp table resolutions as
select text_of(tool) as tool, text_of(connection) as connection, text_of(tool_value) as tool_value,
    text_of(value) as outcome, origin
from (
    select *, 1 as origin from read_csv(getvariable('seeds') || '/value_mapping.csv', all_varchar = true)
    union all by name
    select *, 2 as origin
    from read_csv(getvariable('defaults') || '/default_value_mapping.csv', all_varchar = true)
) as rows
where field = 'resolution';

create or replace temp table spans as
select
    day as starts_on,
    coalesce(lead(day) over (order by day), '9999') as ends_on
from (
    select '0001' as day
    union select unnest([valid_from, valid_to]) from flow_item_rules
    union select unnest([valid_from, valid_to]) from scope_rules
    union select unnest([valid_from, valid_to]) from state_rules
) as days
where day is not null;

set variable meaningful_labels = (select list(distinct label) from flow_item_rules);
set variable meaningful_components = (select list(scope_value) from scope_rules where scope_type = 'component');
set variable state_labels = (
    select list(distinct tool_state[7:]) from state_rules where starts_with(tool_state, 'label:')
);

-- Artifacts and their changes -----------------------------------------------------------------------------------------

create or replace temp table removals as
select connection, id, epoch_ms(max(seen_at)) as removed_at
from raw_jira.issue_sightings
group by connection, id
having not arg_max(is_present, seen_at)
union all
select connection, id, epoch_ms(max(seen_at)) as removed_at
from raw_github.issue_sightings
group by connection, id
having not arg_max(is_present, seen_at);

create or replace temp table artifacts as
with jira as (
    select
        rowid as artifact, connection, id, key, epoch_ms(updated) as updated_at,
        json_transform(record, '{"fields": {
            "issuetype": {"name": "VARCHAR"}, "status": {"name": "VARCHAR", "statusCategory": {"key": "VARCHAR"}},
            "resolution": {"name": "VARCHAR"}, "labels": ["VARCHAR"], "components": [{"name": "VARCHAR"}],
            "created": "VARCHAR", "customfield_10016": "DOUBLE", "customfield_10021": ["JSON"],
            "customfield_10001": {"name": "VARCHAR"}
        }}').fields as fields
    from raw_jira.issues
),

github as (
    select
        rowid + 1000000000 as artifact, connection, id, repository, epoch_ms(updated_at) as updated_at,
        json_transform(record, '{
            "state": "VARCHAR", "state_reason": "VARCHAR", "type": {"name": "VARCHAR"},
            "labels": [{"name": "VARCHAR"}], "pull_request": {"url": "VARCHAR"}, "created_at": "VARCHAR",
            "closed_at": "VARCHAR"
        }') as issue
    from raw_github.issues
),

unpacked as (
    select
        artifact, connection, id, 'jira' as tool, updated_at,
        regexp_replace(key, '-[0-9]+$', '') as project,
        fields.issuetype.name as artifact_type,
        null as first_state,
        fields.status.name as tool_state,
        fields.status.statuscategory.key as category,
        fields.resolution.name as resolution,
        len(fields.customfield_10021) > 0 as is_flagged,
        fields.labels as labels,
        list_transform(fields.components, lambda component: lower(component.name)) as components,
        lower(fields.customfield_10001.name) as team,
        fields.customfield_10016 as estimate,
        epoch_ms(cast(fields.created as timestamptz)) as created_at,
        null::bigint as closed_at
    from jira
    union all
    select
        artifact, connection, id, 'github' as tool, updated_at,
        repository as project,
        coalesce(issue.type.name, 'Issue') as artifact_type,
        'open' as first_state,
        issue.state as tool_state,
        case issue.state when 'open' then 'new' else 'done' end as category,
        case when issue.state = 'closed' then issue.state_reason end as resolution,
        false as is_flagged,
        list_transform(issue.labels, lambda label: label.name) as labels,
        [] as components,
        null as team,
        null as estimate,
        epoch_ms(cast(issue.created_at as timestamptz)) as created_at,
        epoch_ms(cast(issue.closed_at as timestamptz)) as closed_at
    from github
    where issue.pull_request.url is null
)

select
    unpacked.* exclude (labels, components, team),
    -- What of labels, components and team any rule asks for, as one text.
    concat_ws(
        '|',
        nullif(array_to_string(list_sort(list_filter(
            list_transform(labels, lambda label: 'l:' || lower(label)),
            lambda label: list_contains(getvariable('meaningful_labels'), label[3:])
        )), '|'), ''),
        nullif(array_to_string(list_transform(list_filter(
            components, lambda component: list_contains(getvariable('meaningful_components'), component)
        ), lambda component: 'c:' || component), '|'), ''),
        't:' || team
    ) as tags,
    removals.removed_at
from unpacked
left join removals on unpacked.connection = removals.connection and unpacked.id = removals.id;

-- Attributes: 1 state, 2 type, 3 project, 4 flag, 5 state label, 6 estimate.
create or replace temp table recorded as
with jira as (
    select
        issues.rowid as artifact,
        unnest(json_transform(changelogs.record, '{"histories": [{
            "id": "BIGINT", "created": "VARCHAR",
            "items": [{"field": "VARCHAR", "fromString": "VARCHAR", "toString": "VARCHAR"}]
        }]}').histories) as history
    from raw_jira.issue_changelogs as changelogs
    inner join raw_jira.issues on changelogs.connection = issues.connection and changelogs.issue_id = issues.id
),

items as (
    select
        artifact,
        coalesce(
            try_cast(history.created as bigint), epoch_ms(try_cast(history.created as timestamptz))
        ) as moment,
        history.id as change,
        unnest(list_filter(
            history."items", lambda item: item.field in ('status', 'issuetype', 'Key', 'Flagged', 'Story Points')
        )) as item
    from jira
),

github as (
    select
        issues.rowid + 1000000000 as artifact,
        unnest(json_transform(timelines.record, '{"events": [{
            "id": "BIGINT", "event": "VARCHAR", "created_at": "VARCHAR", "label": {"name": "VARCHAR"},
            "issue_type": {"name": "VARCHAR"}, "prev_issue_type": {"name": "VARCHAR"}
        }]}').events) as event
    from raw_github.issue_timelines as timelines
    inner join raw_github.issues on timelines.connection = issues.connection and timelines.issue_id = issues.id
),

events as (
    select
        artifact,
        epoch_ms(cast(event.created_at as timestamptz)) as moment,
        event.id as change,
        case
            when event.event in ('closed', 'reopened') then 1
            when event.event like 'issue_type_%' then 2
            when event.event in ('labeled', 'unlabeled')
                and list_contains(getvariable('state_labels'), lower(event.label.name)) then 5
        end as attribute,
        case when event.event like 'issue_type_%' then coalesce(event.prev_issue_type.name, 'Issue') end as from_value,
        case event.event
            when 'closed' then 'closed'
            when 'reopened' then 'open'
            when 'labeled' then event.label.name
            when 'unlabeled' then ''
            else event.issue_type.name
        end as to_value
    from github
    where event.event in ('closed', 'reopened', 'labeled', 'unlabeled', 'issue_type_added', 'issue_type_changed')
)

select
    artifact,
    moment,
    change,
    case item.field
        when 'status' then 1 when 'issuetype' then 2 when 'Key' then 3 when 'Flagged' then 4 else 6
    end as attribute,
    case item.field
        when 'Key' then regexp_replace(item.fromstring, '-[0-9]+$', '') else item.fromstring
    end as from_value,
    case item.field when 'Key' then regexp_replace(item.tostring, '-[0-9]+$', '') else item.tostring end as to_value
from items
union all
select artifact, moment, change, attribute, from_value, to_value
from events
where attribute is not null
union all
-- A closing that left no event.
select artifact, closed_at as moment, 0 as change, 1 as attribute, null as from_value, 'closed' as to_value
from artifacts
where
    closed_at is not null
    and artifact not in (
        select artifact from events where attribute = 1
        group by artifact having arg_max(to_value, (moment, change)) = 'closed'
    );

create or replace temp view changes as
select * from recorded where attribute != 6;

-- Timelines -----------------------------------------------------------------------------------------------------------

create or replace temp table ends as
select
    artifact,
    min(moment) as first_at,
    arg_min(from_value, (moment, change)) filter (where attribute = 1) as state_before,
    arg_min(from_value, (moment, change)) filter (where attribute = 2) as type_before,
    arg_min(from_value, (moment, change)) filter (where attribute = 3) as project_before,
    arg_min(coalesce(from_value, ''), (moment, change)) filter (where attribute = 4) as flag_before,
    arg_max(to_value, (moment, change)) filter (where attribute = 1) as state_after,
    arg_max(to_value, (moment, change)) filter (where attribute = 2) as type_after,
    arg_max(to_value, (moment, change)) filter (where attribute = 3) as project_after,
    arg_max(coalesce(to_value, ''), (moment, change)) filter (where attribute = 4) as flag_after,
    max(moment) filter (where attribute = 1) as state_at,
    max(moment) filter (where attribute = 2) as type_at,
    max(moment) filter (where attribute = 3) as project_at,
    max(moment) filter (where attribute = 4) as flag_at
from changes
group by artifact;

create or replace temp table points as
with compared as (
    select artifacts.*, ends.* exclude (artifact)
    from artifacts
    left join ends on artifacts.artifact = ends.artifact
),

unioned as (
    select
        artifact, least(created_at, coalesce(first_at, created_at)) as moment, -1 as change,
        coalesce(first_state, state_before, tool_state) as state,
        coalesce(type_before, artifact_type) as type,
        coalesce(project_before, project) as project,
        coalesce(flag_before, case when is_flagged then 'flagged' else '' end) as flag,
        '' as label
    from compared
    union all
    select
        artifact, moment, change,
        case when attribute = 1 then to_value end, case when attribute = 2 then to_value end,
        case when attribute = 3 then to_value end, case when attribute = 4 then coalesce(to_value, '') end,
        case when attribute = 5 then to_value end
    from changes
    union all
    -- Where the changes lead elsewhere than the artifact stands, one went unrecorded.
    select
        artifact, greatest(updated_at, coalesce(moment, updated_at)) as moment, 9223372036854775807 as change,
        state, type, project, flag, null
    from (
        select artifact, updated_at, state_at as moment, tool_state as state, null as type, null as project, null as flag
        from compared where coalesce(state_after, first_state) != tool_state
        union all
        select artifact, updated_at, type_at, null, artifact_type, null, null
        from compared where type_after != artifact_type
        union all
        select artifact, updated_at, project_at, null, null, project, null
        from compared where project_after != project
        union all
        select artifact, updated_at, flag_at, null, null, null, case when is_flagged then 'flagged' else '' end
        from compared where (flag_after = '') = is_flagged
    ) as unrecorded
)

select
    artifact,
    moment,
    -- Of GitHub's labels one may be the state, until the issue is closed.
    case when label = '' or state = 'closed' then state else 'label:' || label end as tool_state,
    type,
    project,
    flag != '' as is_flagged
from (
    select
        artifact,
        moment,
        last_value(state ignore nulls) over so_far as state,
        last_value(type ignore nulls) over so_far as type,
        last_value(project ignore nulls) over so_far as project,
        last_value(flag ignore nulls) over so_far as flag,
        last_value(label ignore nulls) over so_far as label,
        lead(moment) over so_far as next_moment
    from unioned
    where moment <= getvariable('as_of')
    window so_far as (partition by artifact order by moment, change)
) as carried
where next_moment is null or next_moment > moment;

create or replace temp table intervals as
with compared as (
    select
        points.artifact,
        artifacts.connection,
        artifacts.tool,
        artifacts.tags,
        artifacts.removed_at,
        moment,
        points.tool_state,
        type,
        points.project,
        points.is_flagged,
        lag((points.tool_state, type, points.project, points.is_flagged)) over earlier as before
    from points
    inner join artifacts on points.artifact = artifacts.artifact
    window earlier as (partition by points.artifact order by moment)
)

select
    * exclude (before),
    lead(moment) over (partition by artifact order by moment) as left_at,
    strftime(make_timestamp(moment * 1000), '%Y-%m-%d') as entered_date
from compared
where before is distinct from (tool_state, type, project, is_flagged);

-- Meaning -------------------------------------------------------------------------------------------------------------

create or replace temp table states as
with known as (
    select distinct intervals.tool, intervals.connection, project, type, tool_state, starts_on
    from intervals
    inner join spans on entered_date >= starts_on and entered_date < ends_on
),

categories as (
    select connection, tool_state, any_value(case category when 'indeterminate' then 'active' else category end)
        filter (where category in ('new', 'indeterminate', 'done')) as category
    from (
        select connection, tool_state, category from artifacts
        union all
        select connection, record ->> '$.name', record ->> '$.statusCategory.key' from raw_jira.statuses
    ) as seen
    group by connection, tool_state
)

select
    known.*,
    coalesce(rules.abstract_state, categories.category) as abstract_state,
    rules.outcome
from known
left join categories on known.connection = categories.connection and known.tool_state = categories.tool_state
left join state_rules as rules
    on
        lower(known.tool_state) = rules.tool_state
        and known.tool = coalesce(rules.tool, known.tool)
        and known.connection = coalesce(rules.connection, known.connection)
        and lower(known.project) = coalesce(rules.project, lower(known.project))
        and lower(known.type) = coalesce(rules.artifact_type, lower(known.type))
        and known.starts_on >= coalesce(rules.valid_from, '')
        and known.starts_on < coalesce(rules.valid_to, '9')
qualify row_number() over (
    partition by known.connection, known.project, known.type, known.tool_state, known.starts_on
    order by
        rules.origin, rules.precedence nulls last,
        length(rules.pattern) - length(replace(rules.pattern, 'true', '')) desc, rules.pattern desc
) = 1;

create or replace temp table classes as
with known as (
    select
        *, list_transform(string_split(tags, '|'), lambda tag: tag[3:]) as tag_values
    from (
        select distinct intervals.tool, intervals.connection, project, type, tags, starts_on
        from intervals
        inner join spans on entered_date >= starts_on and entered_date < ends_on
    ) as distinct_ones
),

flow_items as (
    select known.*, rules.flow_item, rules.flow_level
    from known
    left join flow_item_rules as rules
        on
            known.tool = coalesce(rules.tool, known.tool)
            and known.connection = coalesce(rules.connection, known.connection)
            and lower(known.project) = coalesce(rules.project, lower(known.project))
            and lower(known.type) = coalesce(rules.artifact_type, lower(known.type))
            and (rules.label is null or list_contains(string_split(known.tags, '|'), 'l:' || rules.label))
            and known.starts_on >= coalesce(rules.valid_from, '')
            and known.starts_on < coalesce(rules.valid_to, '9')
    qualify row_number() over (
        partition by known.connection, known.project, known.type, known.tags, known.starts_on
        order by
            rules.origin, rules.precedence nulls last,
            length(rules.pattern) - length(replace(rules.pattern, 'true', '')) desc, rules.pattern desc
    ) = 1
),

owners as (
    select
        known.connection, known.project, known.type, known.tags, known.starts_on, rules.kind, rules.result
    from known
    inner join scope_rules as rules
        on
            known.tool = rules.tool
            and known.connection = rules.connection
            and lower(known.project) = coalesce(rules.project, lower(known.project))
            and case rules.scope_type
                when 'component' then list_contains(string_split(known.tags, '|'), 'c:' || rules.scope_value)
                when 'team' then list_contains(string_split(known.tags, '|'), 't:' || rules.scope_value)
                else lower(known.project) = rules.scope_value
            end
            and known.starts_on >= coalesce(rules.valid_from, '')
            and known.starts_on < coalesce(rules.valid_to, '9')
    qualify row_number() over (
        partition by known.connection, known.project, known.type, known.tags, known.starts_on, rules.kind
        order by case rules.scope_type when 'component' then 1 when 'team' then 2 else 3 end, rules.is_specific desc
    ) = 1
)

select
    row_number() over () as class,
    flow_items.* exclude (tag_values, flow_level),
    case when flow_item in ('feature', 'defect', 'debt', 'risk') then coalesce(flow_level, 'item') end as flow_level,
    coalesce(products.result, 'unassigned') as product_id,
    teams.result as team_id
from flow_items
left join owners as products
    on
        products.kind = 'product' and flow_items.connection = products.connection
        and flow_items.project = products.project and flow_items.type = products.type
        and flow_items.tags = products.tags and flow_items.starts_on = products.starts_on
left join owners as teams
    on
        teams.kind = 'team' and flow_items.connection = teams.connection
        and flow_items.project = teams.project and flow_items.type = teams.type
        and flow_items.tags = teams.tags and flow_items.starts_on = teams.starts_on;

create or replace temp table meant as
select
    intervals.artifact,
    intervals.moment as entered_at,
    intervals.left_at is null as is_current,
    intervals.left_at is null and states.abstract_state is distinct from 'done' and removed_at is not null as is_removed,
    coalesce(
        intervals.left_at, case when states.abstract_state is distinct from 'done' then intervals.removed_at end
    ) as left_at,
    case
        when intervals.is_flagged and states.abstract_state = 'active' then 'waiting' else states.abstract_state
    end as abstract_state,
    intervals.is_flagged and states.abstract_state = 'active' as is_blocked,
    states.outcome,
    classes.class,
    intervals.tool_state
from intervals
inner join spans on intervals.entered_date >= spans.starts_on and intervals.entered_date < spans.ends_on
left join states
    on
        intervals.connection = states.connection and intervals.project = states.project
        and intervals.type = states.type and intervals.tool_state = states.tool_state
        and spans.starts_on = states.starts_on
inner join classes
    on
        intervals.connection = classes.connection and intervals.project = classes.project
        and intervals.type = classes.type and intervals.tags = classes.tags and spans.starts_on = classes.starts_on;

-- Items ---------------------------------------------------------------------------------------------------------------

create or replace temp table lives as
with timed as (
    select
        *,
        coalesce(left_at, getvariable('as_of')) - entered_at as duration,
        lag(abstract_state) over (partition by artifact order by entered_at) as before,
        min(case when abstract_state in ('active', 'waiting') then entered_at end)
            over (partition by artifact) as started_at
    from meant
),

summed as (
    select
        artifact,
        min(entered_at) as created_at,
        any_value(started_at) as started_at,
        min(entered_at) filter (where abstract_state = 'done') as first_completed_at,
        max(left_at) filter (where abstract_state is distinct from 'done') as undone_until,
        any_value(abstract_state) filter (where is_current) as abstract_state,
        bool_or(is_removed) as is_removed,
        max(left_at) filter (where is_removed) as removed_at,
        coalesce(sum(duration) filter (where abstract_state = 'active'), 0) as active,
        coalesce(sum(duration) filter (where abstract_state = 'waiting'), 0) as waiting,
        coalesce(sum(duration) filter (where is_blocked), 0) as blocked,
        coalesce(sum(duration) filter (where abstract_state is null and entered_at >= started_at), 0) as unmapped,
        count(*) filter (where before = 'done' and abstract_state is distinct from 'done') as reopened_count
    from timed
    group by artifact
),

completed as (
    select
        *,
        case when abstract_state = 'done' then coalesce(undone_until, created_at) end as completed_at
    from summed
)

select
    completed.*, meant.class as class, meant.outcome as state_outcome
from completed
inner join meant
    on
        completed.artifact = meant.artifact
        and case
            when completed.completed_at is null then meant.is_current else meant.entered_at = completed.completed_at
        end;

-- What an item was estimated at when it was completed; blank is none.
create or replace temp table carried as
select
    recorded.artifact,
    coalesce(
        arg_max(coalesce(to_value, ''), (moment, change)) filter (where moment <= completed_at),
        arg_min(coalesce(from_value, ''), (moment, change)) filter (where moment > completed_at)
    ) as estimate
from recorded
inner join lives on recorded.artifact = lives.artifact
where attribute = 6 and completed_at is not null
group by recorded.artifact;

create or replace temp table items as
select
    lives.*,
    artifacts.connection,
    artifacts.id,
    case
        when carried.artifact is null then artifacts.estimate else try_cast(carried.estimate as double)
    end as estimate,
    classes.flow_item,
    classes.flow_level,
    classes.product_id,
    classes.team_id,
    case when completed_at is not null then coalesce(
        (
            select arg_min(resolutions.outcome, (resolutions.origin, resolutions.connection is null))
            from resolutions
            where
                lower(artifacts.resolution) = resolutions.tool_value
                and artifacts.tool = coalesce(resolutions.tool, artifacts.tool)
                and artifacts.connection = coalesce(resolutions.connection, artifacts.connection)
        ), lives.state_outcome, 'delivered'
    ) end as outcome
from lives
inner join artifacts on lives.artifact = artifacts.artifact
inner join classes on lives.class = classes.class
left join carried on lives.artifact = carried.artifact
where classes.flow_item in ('feature', 'defect', 'debt', 'risk');

-- Working time: what was worked in a calendar before each of its windows.
create or replace temp table windows as
with calendars as (
    select calendar_id, time_zone, lower(weekday) as weekday, start_time, end_time
    from read_csv(getvariable('seeds') || '/calendars.csv', all_varchar = true)
),

holidays as (
    select calendar_id, cast(date as date) as day
    from read_csv(getvariable('seeds') || '/holidays.csv', all_varchar = true)
),

days as (
    select cast(unnest(generate_series(
        (select make_timestamp(min(entered_at) * 1000) from meant) - interval 30 days,
        make_timestamp(getvariable('as_of') * 1000) + interval 2 days, interval 1 day
    )) as date) as day
),

opened as (
    select
        calendar_id,
        epoch_ms(timezone(time_zone, day + cast(start_time as time))) as starts_at,
        epoch_ms(timezone(time_zone, day + cast(end_time as time))) as ends_at
    from calendars
    inner join days on lower(dayname(day)) = weekday
    anti join holidays using (calendar_id, day)
)

select
    *,
    coalesce(sum(ends_at - starts_at) over (
        partition by calendar_id order by starts_at rows between unbounded preceding and 1 preceding
    ), 0)::bigint as worked_before
from opened;

create or replace temp table working as
with home as (
    select
        items.artifact, items.started_at, items.completed_at, coalesce(teams.calendar_id, products.calendar_id) as calendar_id
    from items
    left join read_csv(getvariable('seeds') || '/teams.csv', all_varchar = true) as teams using (team_id)
    left join read_csv(getvariable('seeds') || '/products.csv', all_varchar = true) as products
        on items.product_id = products.product_id
    where coalesce(teams.calendar_id, products.calendar_id) is not null
),

stays as (
    select
        meant.artifact, home.calendar_id, home.started_at, home.completed_at, abstract_state, is_blocked, is_current,
        entered_at, coalesce(left_at, getvariable('as_of')) as until
    from meant
    inner join home on meant.artifact = home.artifact
),

worked as (
    select
        stays.*,
        entered.worked_before + least(stays.entered_at, entered.ends_at) - entered.starts_at as entered_worked,
        ended.worked_before + least(stays.until, ended.ends_at) - ended.starts_at as until_worked
    from stays
    asof join windows as entered
        on stays.calendar_id = entered.calendar_id and stays.entered_at >= entered.starts_at
    asof join windows as ended
        on stays.calendar_id = ended.calendar_id and stays.until >= ended.starts_at
)

select
    artifact,
    any_value(calendar_id) as calendar_id,
    coalesce(sum(until_worked - entered_worked) filter (where abstract_state = 'active'), 0) as active,
    coalesce(sum(until_worked - entered_worked) filter (where abstract_state = 'waiting'), 0) as waiting,
    coalesce(sum(until_worked - entered_worked) filter (where is_blocked), 0) as blocked,
    coalesce(sum(until_worked - entered_worked) filter (where abstract_state is null and entered_at >= started_at), 0)
        as unmapped,
    min(entered_worked) as created_at,
    min(entered_worked) filter (where entered_at = started_at) as started_at,
    min(entered_worked) filter (where entered_at = completed_at) as completed_at,
    max(until_worked) filter (where is_current) as now
from worked
group by artifact;

create or replace temp macro seconds(ms) as cast(ms as double) / 1000;
create or replace temp macro instant(ms) as make_timestamp(ms * 1000);

create or replace table floor.main.fct_flow_items as
select
    items.connection || ':' || items.id as artifact_id,
    flow_item,
    flow_level,
    product_id,
    team_id,
    abstract_state,
    outcome,
    estimate,
    instant(items.created_at) as created_at,
    instant(items.started_at) as started_at,
    instant(items.completed_at) as completed_at,
    instant(first_completed_at) as first_completed_at,
    instant(removed_at) as removed_at,
    cast(instant(items.started_at) as date) as started_date,
    cast(instant(items.completed_at) as date) as completed_date,
    seconds(items.active) as active_seconds,
    seconds(items.waiting) as waiting_seconds,
    seconds(items.blocked) as blocked_seconds,
    seconds(items.unmapped) as unmapped_seconds,
    case when has_flow_time then seconds(items.active + items.waiting) end as flow_time_seconds,
    case when has_flow_time then seconds(items.completed_at - items.started_at) end as elapsed_seconds,
    items.active / nullif(items.active + items.waiting, 0) as flow_efficiency,
    case when is_open then seconds(getvariable('as_of') - items.started_at) end as age_seconds,
    case when is_open then seconds(items.active + items.waiting) end as work_age_seconds,
    seconds(items.completed_at - items.created_at) as lead_time_seconds,
    working.calendar_id,
    seconds(working.active) as working_active_seconds,
    seconds(working.waiting) as working_waiting_seconds,
    seconds(working.blocked) as working_blocked_seconds,
    seconds(working.unmapped) as working_unmapped_seconds,
    case when has_flow_time then seconds(working.active + working.waiting) end as working_flow_time_seconds,
    case when has_flow_time then seconds(working.completed_at - working.started_at) end as working_elapsed_seconds,
    case when is_open then seconds(working.now - working.started_at) end as working_age_seconds,
    case when is_open then seconds(working.active + working.waiting) end as working_work_age_seconds,
    case when items.completed_at is not null then seconds(working.completed_at - working.created_at) end
        as working_lead_time_seconds,
    reopened_count,
    items.completed_at is not null and items.started_at is null as skipped_work
from (
    select
        *,
        completed_at is not null and started_at is not null as has_flow_time,
        abstract_state in ('active', 'waiting') and not is_removed as is_open
    from items
) as items
left join working on items.artifact = working.artifact;

-- Periods and products ------------------------------------------------------------------------------------------------

create or replace temp table product_levels as
with firsts as (
    select product_id, min(first_at) as first_at, list(distinct flow_level) filter (where flow_level is not null) as levels
    from (
        select classes.product_id, classes.flow_level, min(lives.created_at) as first_at
        from (select distinct artifact, class from meant) as held
        inner join lives on held.artifact = lives.artifact
        inner join classes on held.class = classes.class
        group by classes.product_id, classes.flow_level
    ) as held_levels
    group by product_id
)

select product_id, cast(instant(first_at) as date) as first_date, unnest(coalesce(levels, ['item'])) as flow_level
from firsts;

create or replace temp table period_days as
select
    cast(day as date) as day, kind as period_type, cast(date_trunc(kind, day) as date) as period_start,
    cast(date_trunc(kind, day) + case kind
        when 'day' then interval 1 day when 'week' then interval 7 days when 'month' then interval 1 month
        when 'quarter' then interval 3 months else interval 1 year
    end as date) as period_end
from unnest(generate_series(
    (select min(first_date) from product_levels)::timestamp, instant(getvariable('as_of')), interval 1 day
)) as days(day)
cross join (values ('day'), ('week'), ('month'), ('quarter'), ('year')) as kinds(kind);

create or replace temp table periods as
select distinct
    period_type, period_start, period_end, day_start(period_start) as starts_at,
    least(day_start(period_end), getvariable('as_of')) as known_until,
    day_start(period_end) <= getvariable('as_of') as is_complete
from period_days;

create or replace temp table cells as
select product_id, period_type, period_start, period_end, starts_at, known_until, is_complete, flow_level, flow_item
from product_levels
inner join periods on first_date < period_end
cross join unnest(['feature', 'defect', 'debt', 'risk', 'all']) as flow_items(flow_item);

create or replace temp table done as
select
    product_id, period_type, period_start, flow_level, coalesce(flow_item, 'all') as flow_item,
    count(*) filter (where outcome = 'delivered') as velocity,
    count(*) filter (where outcome = 'cancelled') as cancelled_count,
    count(*) filter (where started_at is not null) as started_count,
    sum(estimate) filter (where outcome = 'delivered') as delivered_estimate,
    count(*) filter (where outcome = 'delivered' and started_at is not null) as flow_time_item_count,
    sum(active + waiting) filter (where outcome = 'delivered' and started_at is not null) as flow_time,
    quantile_cont(cast(active + waiting as double), [0.5, 0.85, 0.95])
        filter (where outcome = 'delivered' and started_at is not null) as flow_times,
    sum(active) filter (where outcome = 'delivered') as active,
    sum(waiting) filter (where outcome = 'delivered') as waiting,
    quantile_cont(active / nullif(active + waiting, 0), 0.5) filter (where outcome = 'delivered') as efficiency_median
from items
inner join period_days on cast(instant(completed_at) as date) = day
group by grouping sets (
    (product_id, period_type, period_start, flow_level, flow_item), (product_id, period_type, period_start, flow_level)
);

create or replace temp table begun as
select product_id, period_type, period_start, flow_level, coalesce(flow_item, 'all') as flow_item, count(*) as arrivals
from items
inner join period_days on cast(instant(started_at) as date) = day
group by grouping sets (
    (product_id, period_type, period_start, flow_level, flow_item), (product_id, period_type, period_start, flow_level)
);

create or replace table floor.main.flow_velocity as
select
    product_id as scope_id, period_type, period_start, period_end, is_complete, flow_level, flow_item,
    coalesce(velocity, 0) as velocity, coalesce(cancelled_count, 0) as cancelled_count,
    coalesce(arrivals, 0) as arrivals, coalesce(arrivals, 0) - coalesce(started_count, 0) as net_flow,
    coalesce(delivered_estimate, 0) as delivered_estimate
from cells
left join done using (product_id, period_type, period_start, flow_level, flow_item)
left join begun using (product_id, period_type, period_start, flow_level, flow_item);

create or replace table floor.main.flow_distribution as
select
    scope_id, period_type, period_start, period_end, is_complete, flow_level, flow_item,
    velocity / nullif(
        max(velocity) filter (where flow_item = 'all')
            over (partition by scope_id, period_type, period_start, flow_level), 0
    ) as share
from floor.main.flow_velocity;

create or replace table floor.main.flow_time as
select
    product_id as scope_id, period_type, period_start, period_end, is_complete, flow_level, flow_item,
    flow_time / flow_time_item_count / 1000 as flow_time_avg_seconds,
    flow_times[1] / 1000 as flow_time_p50_seconds,
    flow_times[2] / 1000 as flow_time_p85_seconds,
    flow_times[3] / 1000 as flow_time_p95_seconds,
    coalesce(flow_time_item_count, 0) as flow_time_item_count
from cells
left join done using (product_id, period_type, period_start, flow_level, flow_item);

create or replace table floor.main.flow_efficiency as
select
    product_id as scope_id, period_type, period_start, period_end, is_complete, flow_level, flow_item,
    active / nullif(active + waiting, 0) as flow_efficiency,
    efficiency_median as flow_efficiency_item_median,
    seconds(coalesce(active, 0)) as active_seconds,
    seconds(coalesce(waiting, 0)) as waiting_seconds
from cells
left join done using (product_id, period_type, period_start, flow_level, flow_item);

-- Load: what comes into work and leaves it, netted at each instant.
create or replace temp table steps as
with moves as (
    select unnest([{'moment': entered_at, 'delta': 1}, {'moment': left_at, 'delta': -1}], recursive := true), class
    from meant
    where abstract_state in ('active', 'waiting')
),

netted as (
    select
        product_id, flow_level, coalesce(flow_item, 'all') as flow_item, moment, sum(delta)::bigint as delta
    from moves
    inner join classes on moves.class = classes.class
    where moment is not null and flow_item in ('feature', 'defect', 'debt', 'risk')
    group by grouping sets ((product_id, flow_level, flow_item, moment), (product_id, flow_level, moment))
    having sum(delta) != 0
)

select
    *, sum(delta) over (partition by product_id, flow_level, flow_item order by moment) as load,
    cast(instant(moment) as date) as day
from netted;

create or replace table floor.main.flow_load as
with stepped as (
    select
        product_id, period_type, period_start, flow_level, flow_item,
        sum(delta) as delta, sum(delta * (known_until - moment)) as weighted, max(load) as highest,
        bool_or(moment = starts_at) as begins_with_step
    from steps
    inner join period_days using (day)
    inner join periods using (period_type, period_start)
    group by product_id, period_type, period_start, flow_level, flow_item
),

summed as (
    select
        cells.*, coalesce(delta, 0) as delta, coalesce(weighted, 0) as weighted, highest, begins_with_step,
        sum(coalesce(delta, 0)) over (
            partition by product_id, period_type, flow_level, flow_item order by period_start
        ) as load_end
    from cells
    left join stepped using (product_id, period_type, period_start, flow_level, flow_item)
)

select
    product_id as scope_id, period_type, period_start, period_end, is_complete, flow_level, flow_item,
    load_end,
    case
        when known_until = starts_at then load_end else load_end - delta + weighted / (known_until - starts_at)
    end as load_avg,
    case
        when begins_with_step then highest else greatest(load_end - delta, coalesce(highest, load_end - delta))
    end as load_max
from summed;
