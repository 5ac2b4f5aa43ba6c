{# Stops a build before any table is replaced when a seed's file is not in the form that dbt reads without loss. #}
{% macro check_seed_files() %}
    {% if execute and flags.WHICH in ('build', 'seed') and sees_project_files() %}
        {% set said = [] %}
        {% for seed in graph.nodes.values() if seed.resource_type == 'seed' and seed.name in seed_rules() %}
            {% set file = seed.original_file_path %}
            {% set path = file if modules.re.match('/|[A-Za-z]:', file) else seed.root_path ~ '/' ~ file %}
            {% set text = run_query(file_text(path)).rows[0][0] %}
            {% for problem in seed_form_problems(text, seed_rules()[seed.name]['columns'].keys() | list) %}
                {% do said.append(
                    file ~ ' line ' ~ problem['line'] ~ ': ' ~ seed_words()[problem['kind']].format(**problem)
                ) %}
            {% endfor %}
        {% endfor %}
        {% if said %}
            {{ exceptions.raise_compiler_error(
                'These seeds cannot be read as they are:\n  ' ~ said | sort | join('\n  ')
                ~ '\n`streamgauge check --fix` mends what is certain and says how to mend the rest.'
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
