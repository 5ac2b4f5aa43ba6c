with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

states as (
    select * from {{ ref('int_artifacts__states') }}
),

tracked_changes as (
    select
        *,
        row_number() over (
            partition by artifact_id, attribute
            order by changed_at, is_inferred, length(change_id), change_id, position
        ) as occurrence
    from {{ ref('int_timeline__tracked_changes') }}
),

label_changes as (
    select * from {{ ref('int_timeline__label_changes') }}
),

starts as (
    select
        artifact_id,
        min(changed_at) as first_changed_at,
        max(from_value) filter (where attribute = 'state' and occurrence = 1) as state_before,
        max(from_value) filter (where attribute = 'type' and occurrence = 1) as type_before,
        max(from_value) filter (where attribute = 'project' and occurrence = 1) as project_before,
        max(from_value) filter (where attribute = 'flag' and occurrence = 1) as flag_before
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

numbered as (
    select
        *,
        row_number() over (
            partition by artifact_id
            order by
                case when change_order = 0 then 0 else 1 end,
                changed_at, change_order, length(change_id), change_id, position, attribute
        ) as point_number
    from unioned
    where changed_at <= {{ as_of() }}
),

carried as (
    select
        artifact_id,
        point_number,
        attribute,
        changed_at,
        change_id,
        position,
        from_value,
        is_inferred,
        is_observed,
        {{ last_known('native_state') }} over point_order as native_state,
        {{ last_known('artifact_type') }} over point_order as artifact_type,
        {{ last_known('project') }} over point_order as project,
        {{ last_known('flag') }} over point_order as flag,
        {{ last_known('state_label') }} over point_order as state_label
    from numbered
    window point_order as (
        partition by artifact_id
        order by point_number
        rows between unbounded preceding and current row
    )
),

-- A label says how far open work is; once the tool itself calls the work done, the label has no say.
effective as (
    select
        carried.artifact_id,
        artifacts.connection,
        artifacts.tool,
        carried.point_number,
        carried.attribute,
        carried.changed_at,
        carried.change_id,
        carried.position,
        carried.from_value,
        carried.native_state,
        case
            when carried.state_label = '' or states.tool_state_category = 'done' then carried.native_state
            else 'label:' || carried.state_label
        end as tool_state,
        carried.artifact_type,
        carried.project,
        carried.flag != '' as is_flagged,
        carried.is_inferred,
        carried.is_observed
    from carried
    inner join artifacts
        on carried.artifact_id = artifacts.artifact_id
    left join states
        on
            artifacts.connection = states.connection
            and carried.native_state = states.tool_state
),

compared as (
    select
        *,
        lag(native_state) over artifact_order as previous_native_state,
        lag(tool_state) over artifact_order as previous_tool_state,
        lag(artifact_type) over artifact_order as previous_artifact_type,
        lag(project) over artifact_order as previous_project
    from effective
    window artifact_order as (partition by artifact_id order by point_number)
),

-- A label that comes or goes on closed work, or below a newer one, changes nothing.
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
        from_value,
        native_state,
        tool_state,
        artifact_type,
        project,
        is_flagged,
        previous_native_state,
        previous_tool_state,
        previous_artifact_type,
        previous_project,
        is_inferred,
        is_observed
    from compared
    where attribute != 'state_label' or tool_state is distinct from previous_tool_state
)

select * from final
