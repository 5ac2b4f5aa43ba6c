{#
    The columns, with their types, in which every tool's staging ends. Keys are text, times plain UTC timestamps, blank
    is null. A shape's models list these columns in their contracts; the unions of intermediate read them from here.
#}
{% macro shape_columns(shape) %}
    {% set shapes = {
        'artifacts': {
            'artifact_id': 'string', 'connection': 'string', 'tool': 'string', 'native_id': 'string',
            'artifact_key': 'string', 'project': 'string', 'artifact_type': 'string', 'title': 'string',
            'url': 'string', 'first_tool_state': 'string', 'tool_state': 'string', 'tool_state_category': 'string',
            'resolution': 'string', 'is_flagged': 'boolean', 'priority': 'string', 'severity': 'string',
            'labels': 'string', 'components': 'string', 'scope_values': 'string', 'parent_artifact_id': 'string',
            'is_subtask': 'boolean', 'estimate': 'double', 'reporter_account': 'string',
            'assignee_account': 'string', 'created_at': 'timestamp', 'updated_at': 'timestamp',
            'resolved_at': 'timestamp', 'removed_at': 'timestamp', 'loaded_at': 'timestamp',
        },
        'artifact_changes': {
            'change_id': 'string', 'artifact_id': 'string', 'attribute': 'string', 'from_value': 'string',
            'to_value': 'string', 'changed_at': 'timestamp', 'position': 'bigint', 'source': 'string',
            'actor_account': 'string',
        },
        'artifact_keys': {
            'artifact_id': 'string', 'artifact_key': 'string', 'is_current': 'boolean',
        },
        'artifact_links': {
            'from_artifact_id': 'string', 'to_artifact_ref': 'string', 'tool_link_type': 'string',
            'linked_at': 'timestamp',
        },
        'states': {
            'connection': 'string', 'tool': 'string', 'tool_state': 'string', 'tool_state_category': 'string',
        },
        'loads': {
            'load_id': 'string', 'connection': 'string', 'tool': 'string', 'started_at': 'timestamp',
            'finished_at': 'timestamp',
        },
        'sprints': {
            'sprint_id': 'string', 'connection': 'string', 'tool': 'string', 'native_id': 'string',
            'sprint_name': 'string', 'sprint_state': 'string', 'board_id': 'string', 'goal': 'string',
            'planned_start_at': 'timestamp', 'planned_end_at': 'timestamp', 'activated_at': 'timestamp',
            'completed_at': 'timestamp',
        },
        'changesets': {
            'changeset_id': 'string', 'connection': 'string', 'tool': 'string', 'native_id': 'string',
            'changeset_key': 'string', 'repository': 'string', 'title': 'string', 'body': 'string',
            'url': 'string', 'source_branch': 'string', 'target_branch': 'string', 'changeset_state': 'string',
            'is_draft': 'boolean', 'labels': 'string', 'author_account': 'string', 'merge_commit_sha': 'string',
            'created_at': 'timestamp', 'updated_at': 'timestamp', 'merged_at': 'timestamp',
            'closed_at': 'timestamp', 'removed_at': 'timestamp', 'loaded_at': 'timestamp',
        },
        'changeset_links': {
            'changeset_id': 'string', 'to_artifact_ref': 'string', 'tool_link_type': 'string',
            'linked_at': 'timestamp',
        },
        'reviews': {
            'review_id': 'string', 'changeset_id': 'string', 'reviewer_account': 'string',
            'review_state': 'string', 'submitted_at': 'timestamp',
        },
        'commits': {
            'commit_id': 'string', 'changeset_id': 'string', 'commit_sha': 'string', 'message': 'string',
            'author_account': 'string', 'authored_at': 'timestamp', 'committed_at': 'timestamp',
        },
        'releases': {
            'release_id': 'string', 'connection': 'string', 'tool': 'string', 'native_id': 'string',
            'repository': 'string', 'release_name': 'string', 'tag_name': 'string', 'commit_sha': 'string',
            'is_draft': 'boolean', 'is_prerelease': 'boolean', 'url': 'string', 'created_at': 'timestamp',
            'published_at': 'timestamp',
        },
        'deployments': {
            'deployment_id': 'string', 'connection': 'string', 'tool': 'string', 'native_id': 'string',
            'repository': 'string', 'environment': 'string', 'tool_state': 'string', 'commit_sha': 'string',
            'ref': 'string', 'url': 'string', 'started_at': 'timestamp', 'finished_at': 'timestamp',
        },
        'builds': {
            'build_id': 'string', 'connection': 'string', 'tool': 'string', 'native_id': 'string',
            'repository': 'string', 'build_name': 'string', 'branch': 'string', 'commit_sha': 'string',
            'trigger': 'string', 'tool_state': 'string', 'attempt': 'bigint', 'url': 'string',
            'created_at': 'timestamp', 'started_at': 'timestamp', 'finished_at': 'timestamp',
        },
    } %}
    {% if shape not in shapes %}
        {{ exceptions.raise_compiler_error("No shape named '" ~ shape ~ "': one of " ~ shapes.keys() | join(', ')) }}
    {% endif %}
    {{ return(shapes[shape]) }}
{% endmacro %}
