{#
    What each seed must look like: its columns in their order with their rules, the columns that make two rows the same
    mapping (`match`) and what the row decides (`result`), or the columns of its key (`key`).
    Rules of a column: required, allowed (a list), allowed_by ([column, a list for each value of it]), reserved (a list
    of what it may not be), references ([seed, column]), type (of seed_types). Of `one_of`, each value of the first column has one of the second. `parent` names the column in which a row says what it is part of; no two
    rows of the same `stretches_of` overlap from start_time to end_time.
    `streamgauge check` reads the rules from here, too: Jinja that dbt and Python alike can render, and no SQL.
#}
{% macro seed_rules() %}
    {% set tool = {'allowed': var('shapes').values() | sum(start=[]) | unique | sort} %}
    {% set precedence_and_dates = {
        'precedence': {'type': 'integer'}, 'valid_from': {'type': 'date'}, 'valid_to': {'type': 'date'},
    } %}
    {% set note = {'note': {}} %}
    {% set scope_types = ['label', 'component', 'area_path', 'team', 'service', 'repository', 'project'] %}
    {% set scope_match = {
        'tool': tool, 'connection': {}, 'project': {},
        'scope_type': {'required': true, 'allowed': scope_types}, 'scope_value': {'required': true},
    } %}
    {% set weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] %}

    {% set state_mapping = {
        'columns': dict({
            'tool': tool, 'connection': {}, 'project': {}, 'artifact_type': {}, 'tool_state': {'required': true},
            'abstract_state': {'required': true, 'allowed': ['new', 'active', 'waiting', 'done']},
            'outcome': {'allowed': ['delivered', 'cancelled']},
        }, **dict(precedence_and_dates, **note)),
        'match': ['tool', 'connection', 'project', 'artifact_type', 'tool_state'],
        'result': ['abstract_state', 'outcome'],
    } %}
    {% set flow_item_mapping = {
        'columns': dict({
            'tool': tool, 'connection': {}, 'project': {}, 'artifact_type': {}, 'label': {}, 'component': {},
            'model': {'required': true, 'allowed': [
                'epic', 'feature', 'story', 'task', 'defect', 'incident', 'problem', 'change_request',
                'support_ticket', 'test', 'vulnerability', 'risk', 'debt',
            ]},
            'flow_item': {'required': true, 'allowed': ['feature', 'defect', 'debt', 'risk', 'none']},
            'flow_level': {},
        }, **dict(precedence_and_dates, **note)),
        'match': ['tool', 'connection', 'project', 'artifact_type', 'label', 'component'],
        'result': ['model', 'flow_item', 'flow_level'],
    } %}
    {% set value_mapping = {
        'columns': {
            'tool': tool, 'connection': {},
            'field': {'required': true, 'allowed': [
                'priority', 'severity', 'resolution', 'link_type', 'environment',
            ]},
            'tool_value': {'required': true},
            'value': {'required': true, 'allowed_by': ['field', {
                'resolution': ['delivered', 'cancelled'],
                'link_type': ['parent', 'implements', 'mirrors', 'caused_by', 'blocks', 'duplicates', 'relates'],
            }]},
            'note': {},
        },
        'match': ['tool', 'connection', 'field', 'tool_value'],
        'result': ['value'],
    } %}

    {{ return({
        'default_state_mapping': state_mapping,
        'default_flow_item_mapping': flow_item_mapping,
        'default_value_mapping': value_mapping,
        'state_mapping': state_mapping,
        'flow_item_mapping': flow_item_mapping,
        'value_mapping': value_mapping,
        'product_scope': {
            'columns': dict(
                {'product_id': {'required': true, 'references': ['products', 'product_id']}},
                **dict(scope_match, **precedence_and_dates)
            ),
            'match': ['tool', 'connection', 'project', 'scope_type', 'scope_value'],
            'result': ['product_id'],
        },
        'team_scope': {
            'columns': dict(
                {'team_id': {'required': true, 'references': ['teams', 'team_id']}},
                **dict(scope_match, **precedence_and_dates)
            ),
            'match': ['tool', 'connection', 'project', 'scope_type', 'scope_value'],
            'result': ['team_id'],
        },
        'products': {
            'columns': {
                'product_id': {'required': true, 'reserved': ['unassigned']}, 'product_name': {},
                'value_stream_id': {'references': ['value_streams', 'value_stream_id']}, 'owner': {},
                'calendar_id': {'references': ['calendars', 'calendar_id']},
            },
            'key': ['product_id'],
        },
        'teams': {
            'columns': {
                'team_id': {'required': true}, 'team_name': {},
                'value_stream_id': {'references': ['value_streams', 'value_stream_id']},
                'calendar_id': {'references': ['calendars', 'calendar_id']},
            },
            'key': ['team_id'],
        },
        'value_streams': {
            'columns': {
                'value_stream_id': {'required': true}, 'value_stream_name': {},
                'level': {'required': true, 'allowed': ['value_stream', 'art', 'portfolio']},
                'parent_id': {'references': ['value_streams', 'value_stream_id']},
            },
            'key': ['value_stream_id'],
            'parent': 'parent_id',
        },
        'calendars': {
            'columns': {
                'calendar_id': {'required': true}, 'time_zone': {'required': true, 'type': 'time zone'},
                'weekday': {'required': true, 'allowed': weekdays},
                'start_time': {'required': true, 'type': 'time'}, 'end_time': {'required': true, 'type': 'time'},
            },
            'key': ['calendar_id', 'weekday', 'start_time'],
            'stretches_of': ['calendar_id', 'weekday'],
            'one_of': ['calendar_id', 'time_zone'],
        },
        'holidays': {
            'columns': {
                'calendar_id': {'required': true, 'references': ['calendars', 'calendar_id']},
                'date': {'required': true, 'type': 'date'}, 'name': {},
            },
            'key': ['calendar_id', 'date'],
        },
    }) }}
{% endmacro %}
