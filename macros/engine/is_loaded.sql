{# Whether any load of a tool ever was completed (to the compiler, not in SQL). #}
{% macro is_loaded(tool) -%}
    {{ return(adapter.dispatch('is_loaded')(tool)) }}
{%- endmacro %}

{% macro duckdb__is_loaded(tool) %}
    {{ return(adapter.get_relation(target.database, 'raw_' ~ tool, 'loads') is not none) }}
{% endmacro %}

{# Asked of Spark itself: dbt's list of relations is older than the registered tables. #}
{% macro spark__is_loaded(tool) %}
    {% set schema = 'raw_' ~ tool %}
    {% if run_query("show schemas like '" ~ schema ~ "'") | length == 0 %}
        {{ return(false) }}
    {% elif run_query("show tables in " ~ schema ~ " like 'loads'") | length == 0 %}
        {{ return(false) }}
    {% endif %}
    {{ return(run_query("select 1 from " ~ schema ~ ".loads limit 1") | length > 0) }}
{% endmacro %}
