{# Stops a build in one plain sentence when a tool of var('tools') was never loaded into this database. #}
{% macro check_tools_are_loaded() %}
    {% if execute and flags.WHICH in ('run', 'build', 'test') %}
        {% for tool in var('tools') %}
            {% if not is_loaded(tool) %}
                {{ exceptions.raise_compiler_error(
                    "The tool '" ~ tool ~ "' is in var('tools') but nothing was loaded for it: load it with"
                    ~ " `streamgauge load`, or take it out of `tools` in dbt_project.yml."
                ) }}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}
