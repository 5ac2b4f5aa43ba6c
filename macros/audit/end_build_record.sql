{#
    Writes down in the warehouse itself how the run ended: a file beside it could be another warehouse's.
    A run of tests changes nothing, so a green one leaves the record as it is; a red one says that the figures are wrong.
    Unit tests are about code, not about these figures: a build is whole without them, but none may fail.
#}
{% macro end_build_record(results) %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'clone', 'retry', 'test') %}
        {% set counts = {} %}
        {% set warnings = [] %}
        {% set failures = [] %}
        {% set done = [] %}
        {% for result in results %}
            {% set status = result.status | string %}
            {% set kind = counts.setdefault(result.node.resource_type | string, {}) %}
            {% do kind.update({status: kind.get(status, 0) + 1}) %}
            {% if status in ('success', 'pass', 'warn') %}
                {% do done.append(result.node.unique_id) %}
            {% elif status != 'no-op' %}
                {% do failures.append(result.node.name) %}
            {% endif %}
            {% if status == 'warn' %}
                {% do warnings.append(result.node.name) %}
            {% endif %}
        {% endfor %}

        {% set missing = [] %}
        {% set seeds = [] %}
        {% set marts = [] %}
        {% set clock = [] %}
        {% for node in graph.nodes.values() %}
            {% if node.resource_type in ('model', 'seed', 'snapshot', 'test') and node.unique_id not in done %}
                {% do missing.append(node.name) %}
            {% endif %}
            {% if node.resource_type == 'seed' %}
                {% do seeds.append({
                    'path': node.original_file_path,
                    'sha256': node.checksum.checksum if node.checksum.name == 'sha256' else none,
                }) %}
            {% endif %}
            {% if node.resource_type == 'model' and node.access == 'public' %}
                {% set columns = {} %}
                {% for column in node.columns.values() %}
                    {% do columns.update({column.name: column.description}) %}
                {% endfor %}
                {% do marts.append({
                    'name': node.name,
                    'schema': node.schema,
                    'table': node.alias,
                    'description': node.description,
                    'columns': columns,
                }) %}
            {% endif %}
            {% if node.name == 'int_clock__as_of' %}
                {% do clock.append(node.relation_name) %}
            {% endif %}
        {% endfor %}
        {% set is_cut = flags.EMPTY or flags.SAMPLE %}

        {% if failures %}
            {{ write_build_record('red', failures=failures, counts=counts) }}
        {% elif flags.WHICH == 'test' %}
        {% elif flags.WHICH != 'build' or missing or is_cut %}
            {{ write_build_record('partial', missing=missing, counts=counts) }}
        {% else %}
            {{ write_build_record(
                'green', counts=counts, warnings=warnings, seeds=seeds, marts=marts, clock=clock[0]
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
