{%- set place = '(changed_at, length(change_id), change_id, position, is_added)' -%}
with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

state_labels as (
    select * from {{ ref('int_timeline__state_labels') }}
),

label_changes as (
    select * from {{ ref('int_artifacts__changes') }}
    where attribute = 'label'
),

current_labels as (
    select
        artifact_id,
        tool,
        connection,
        lower(trim(project)) as project,
        lower(trim(artifact_type)) as artifact_type,
        {{ unnested(json_list('labels'), 'label') }}
    from artifacts
    where labels != '[]'
),

changed_labels as (
    select
        artifacts.artifact_id,
        artifacts.tool,
        artifacts.connection,
        lower(trim(artifacts.project)) as project,
        lower(trim(artifacts.artifact_type)) as artifact_type,
        coalesce(label_changes.to_value, label_changes.from_value) as label,
        label_changes.to_value is not null as is_added,
        label_changes.changed_at,
        label_changes.change_id,
        label_changes.position,
        label_changes.source
    from label_changes
    inner join artifacts
        on label_changes.artifact_id = artifacts.artifact_id
),

-- A label's name may be spelt with other capitals today than it was then.
recorded as (
    select
        changed_labels.artifact_id,
        lower(changed_labels.label) as label_id,
        changed_labels.label,
        changed_labels.is_added,
        changed_labels.changed_at,
        changed_labels.change_id,
        changed_labels.position,
        changed_labels.source = 'observed' as is_observed
    from changed_labels
    where
        exists (
            select 1
            from state_labels
            where
                lower(changed_labels.label) = state_labels.label
                and coalesce(state_labels.tool, changed_labels.tool) = changed_labels.tool
                and coalesce(state_labels.connection, changed_labels.connection) = changed_labels.connection
                and (state_labels.project is null or state_labels.project = changed_labels.project)
                and (
                    state_labels.artifact_type is null
                    or state_labels.artifact_type = changed_labels.artifact_type
                )
        )
),

standing as (
    select
        current_labels.artifact_id,
        lower(current_labels.label) as label_id,
        min(current_labels.label) as label
    from current_labels
    where
        exists (
            select 1
            from state_labels
            where
                lower(current_labels.label) = state_labels.label
                and coalesce(state_labels.tool, current_labels.tool) = current_labels.tool
                and coalesce(state_labels.connection, current_labels.connection) = current_labels.connection
                and (state_labels.project is null or state_labels.project = current_labels.project)
                and (
                    state_labels.artifact_type is null
                    or state_labels.artifact_type = current_labels.artifact_type
                )
        )
    group by
        current_labels.artifact_id,
        lower(current_labels.label)
),

bounds as (
    select
        artifact_id,
        label_id,
        min_by(label, {{ place }}) as first_label,
        min_by(is_added, {{ place }}) as is_first_added,
        max_by(label, {{ place }}) as last_label,
        max_by(is_added, {{ place }}) as is_last_added,
        max(changed_at) as last_changed_at
    from recorded
    group by
        artifact_id,
        label_id
),

known as (
    select
        coalesce(bounds.artifact_id, standing.artifact_id) as artifact_id,
        coalesce(bounds.label_id, standing.label_id) as label_id,
        bounds.first_label,
        bounds.is_first_added,
        bounds.last_label,
        bounds.is_last_added,
        bounds.last_changed_at,
        standing.label as standing_label
    from bounds
    full outer join standing
        on
            bounds.artifact_id = standing.artifact_id
            and bounds.label_id = standing.label_id
),

-- A label whose first event takes it away, or that stands without any event, was there from the beginning.
initial as (
    select
        artifact_id,
        label_id,
        coalesce(first_label, standing_label) as label
    from known
    where not coalesce(is_first_added, false)
),

-- Where events lead elsewhere than what stands now, the difference is dated at the artifact's last update.
inferred as (
    select
        known.artifact_id,
        known.label_id,
        coalesce(known.standing_label, known.last_label) as label,
        known.standing_label is not null as is_added,
        greatest(artifacts.updated_at, known.last_changed_at) as changed_at
    from known
    inner join artifacts
        on known.artifact_id = artifacts.artifact_id
    where
        known.last_changed_at is not null
        and known.is_last_added != (known.standing_label is not null)
),

unioned as (
    select
        artifact_id,
        label_id,
        label,
        true as is_added,
        cast(null as timestamp) as changed_at,
        '' as change_id,
        cast(0 as bigint) as position,
        false as is_inferred,
        false as is_observed
    from initial
    union all
    select
        artifact_id,
        label_id,
        label,
        is_added,
        changed_at,
        change_id,
        position,
        false as is_inferred,
        is_observed
    from recorded
    union all
    select
        artifact_id,
        label_id,
        label,
        is_added,
        changed_at,
        'inferred' as change_id,
        cast(0 as bigint) as position,
        true as is_inferred,
        false as is_observed
    from inferred
),

final as (
    select
        *,
        row_number() over (
            partition by artifact_id
            order by
                changed_at nulls first, is_inferred, length(change_id), change_id, position,
                is_added, label_id
        ) as event_number
    from unioned
)

select
    artifact_id,
    label_id,
    label,
    is_added,
    changed_at,
    change_id,
    position,
    is_inferred,
    is_observed,
    event_number
from final
