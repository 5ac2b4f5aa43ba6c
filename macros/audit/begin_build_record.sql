{#
    Marks the warehouse as being changed. As long as no whole green build follows, nothing is published from it: a run
    that is killed leaves this mark behind.
#}
{% macro begin_build_record() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'clone', 'retry') %}
        {{ write_build_record('running') }}
    {% endif %}
{% endmacro %}
