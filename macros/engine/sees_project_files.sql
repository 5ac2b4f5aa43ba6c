{# Whether queries can read the project's own files (to the compiler, not in SQL). A Spark elsewhere has others. #}
{% macro sees_project_files() -%}
    {{ return(adapter.dispatch('sees_project_files')()) }}
{%- endmacro %}

{% macro default__sees_project_files() %}
    {{ return(true) }}
{% endmacro %}

{% macro spark__sees_project_files() %}
    {{ return(target.method == 'session' and not env_var('SPARK_REMOTE', '')) }}
{% endmacro %}
