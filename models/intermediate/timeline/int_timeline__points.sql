{%- set point_order -%}
    partition by artifact_id order by changed_at, change_order, length(change_id), change_id, position, attribute
{%- endset -%}
with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

states as (
    select * from {{ ref('int_artifacts__states') }}
),

tracked_changes as (
    select * from {{ ref('int_timeline__tracked_changes') }}
),

label_changes as (
    select * from {{ ref('int_timeline__label_changes') }}
),

starts as (
    select
        artifact_id,
        min(changed_at) as first_changed_at,
        max(from_value) filter (where attribute = 'state' and is_first) as state_before,
        max(from_value) filter (where attribute = 'type' and is_first) as type_before,
        max(from_value) filter (where attribute = 'project' and is_first) as project_before,
        max(from_value) filter (where attribute = 'flag' and is_first) as flag_before
    from tracked_changes
    group by artifact_id
),

label_starts as (
    select
        artifact_id,
        min(changed_at) as first_changed_at,
        max_by(state_label, event_number) filter (where changed_at is null) as state_label
    from label_changes
    group by artifact_id
),

creations as (
    select
        artifacts.artifact_id,
        least(
            artifacts.created_at,
            coalesce(starts.first_changed_at, artifacts.created_at),
            coalesce(label_starts.first_changed_at, artifacts.created_at)
        ) as changed_at,
        'created' as attribute,
        coalesce(artifacts.first_tool_state, starts.state_before, artifacts.tool_state) as native_state,
        coalesce(starts.type_before, artifacts.artifact_type) as artifact_type,
        coalesce(starts.project_before, artifacts.project) as project,
        coalesce(starts.flag_before, case when artifacts.is_flagged then 'flagged' else '' end) as flag,
        coalesce(label_starts.state_label, '') as state_label
    from artifacts
    left join starts
        on artifacts.artifact_id = starts.artifact_id
    left join label_starts
        on artifacts.artifact_id = label_starts.artifact_id
),

unioned as (
    select
        artifact_id,
        attribute,
        changed_at,
        0 as change_order,
        '' as change_id,
        cast(0 as bigint) as position,
        cast(null as {{ dbt.type_string() }}) as from_value,
        native_state,
        artifact_type,
        project,
        flag,
        state_label,
        false as is_inferred,
        false as is_observed
    from creations
    union all
    select
        artifact_id,
        attribute,
        changed_at,
        case when is_inferred then 2 else 1 end as change_order,
        change_id,
        position,
        from_value,
        case when attribute = 'state' then to_value end as native_state,
        case when attribute = 'type' then to_value end as artifact_type,
        case when attribute = 'project' then to_value end as project,
        case when attribute = 'flag' then to_value end as flag,
        cast(null as {{ dbt.type_string() }}) as state_label,
        is_inferred,
        is_observed
    from tracked_changes
    union all
    select
        artifact_id,
        'state_label' as attribute,
        changed_at,
        case when is_inferred then 2 else 1 end as change_order,
        change_id,
        event_number as position,
        cast(null as {{ dbt.type_string() }}) as from_value,
        cast(null as {{ dbt.type_string() }}) as native_state,
        cast(null as {{ dbt.type_string() }}) as artifact_type,
        cast(null as {{ dbt.type_string() }}) as project,
        cast(null as {{ dbt.type_string() }}) as flag,
        state_label,
        is_inferred,
        is_observed
    from label_changes
    where changed_at is not null
),

-- What holds from each point on, in one pass: a creation stands first.
carried as (
    select
        {% for column in ['native_state', 'artifact_type', 'project', 'flag', 'state_label'] -%}
            {{ last_known(column) }} over (
                {{ point_order }} rows between unbounded preceding and current row
            ) as {{ column }},
        {% endfor -%}
        {{ last_known('native_state') }} over (
            {{ point_order }} rows between unbounded preceding and 1 preceding
        ) as previous_native_state,
        row_number() over ({{ point_order }}) as point_number,
        lead(changed_at) over ({{ point_order }}) as next_changed_at,
        artifact_id,
        attribute,
        changed_at,
        change_id,
        position,
        from_value,
        is_inferred,
        is_observed
    from unioned
    where changed_at <= {{ as_of() }}
),

-- What the tool's list of states leaves open, as where two share a name, the artifact says of its own state.
categorised as (
    select
        carried.*,
        artifacts.connection,
        artifacts.tool,
        case
            when states.tool_state_category is not null then states.tool_state_category
            when carried.native_state = artifacts.tool_state then artifacts.tool_state_category
        end as category
    from carried
    inner join artifacts
        on carried.artifact_id = artifacts.artifact_id
    left join states
        on
            artifacts.connection = states.connection
            and carried.native_state = states.tool_state
),

-- A label says how far open work is; once the tool itself calls the work done, the label has no say.
final as (
    select
        artifact_id,
        connection,
        tool,
        point_number,
        attribute,
        changed_at,
        cast({{ local_time('changed_at', reporting_timezone()) }} as date) as changed_date,
        change_id,
        position,
        case
            when state_label = '' or category = 'done' then native_state
            else 'label:' || state_label
        end as tool_state,
        artifact_type,
        project,
        flag != '' as is_flagged,
        next_changed_at is null or next_changed_at > changed_at as is_lasting,
        attribute = 'state' and not is_inferred and coalesce(from_value != previous_native_state, false)
            as is_after_gap,
        is_inferred,
        is_observed
    from categorised
)

select * from final
