{#
    What a build counts where organisations differ in good faith, as text: `policy('completion')` is `last` or `first`.
    Stops the build in one plain sentence when its var is none of the choices.
#}
{% macro policy(name) %}
    {%- set policies = {
        'completion': (var('policy_completion'), ['last', 'first']),
        'duration': (var('policy_duration'), ['flow_time', 'elapsed']),
        'cancelled': (var('policy_cancelled'), ['excluded', 'included']),
        'time': (var('policy_time'), ['calendar', 'working']),
    } -%}
    {%- set chosen, choices = policies[name] -%}
    {%- if chosen not in choices -%}
        {{ exceptions.raise_compiler_error(
            "The var policy_" ~ name ~ " is '" ~ chosen ~ "', which is not one of " ~ choices | join(', ')
            ~ ": write one of these in dbt_project.yml or --vars."
        ) }}
    {%- endif -%}
    {{ return(chosen) }}
{% endmacro %}
