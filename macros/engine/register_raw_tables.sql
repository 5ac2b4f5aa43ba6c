{#
    Makes what `streamgauge load` left in a lake readable as the sources of this project, before a build: nothing on
    DuckDB, which holds them. Hook of on-run-start.
#}
{% macro register_raw_tables() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'seed') -%}
        {{ adapter.dispatch('register_raw_tables')() }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__register_raw_tables() %}{% endmacro %}

{#
    Of each source `raw_<tool>.<table>`, its folder in STREAMGAUGE_LAKE becomes the table `lake_<tool>.<table>` with
    the source's columns (text where it names no type), and `raw_<tool>.<table>` a view of it: the rows of completed
    loads, of each key the newest. The keys are those that its test primary_key names.
#}
{% macro spark__register_raw_tables() %}
    {%- set lake = env_var('STREAMGAUGE_LAKE', '') -%}
    {%- if lake -%}
        {%- set sources = graph.sources.values() | selectattr('package_name', 'equalto', project_name) | list -%}
        {%- for source in sources -%}
            {%- do run_query('create schema if not exists ' ~ source.schema) -%}
            {%- do run_query('create schema if not exists ' ~ spark__lake_table(source).schema) -%}
            {%- do run_query('drop table if exists ' ~ spark__lake_table(source)) -%}
            {%- do run_query(spark__create_lake_table(source, lake)) -%}
        {%- endfor -%}
        {%- for source in sources -%}
            {%- do run_query(spark__create_raw_view(source)) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro spark__lake_table(source, name=none) %}
    {{ return(api.Relation.create(
        schema=source.schema | replace('raw_', 'lake_', 1), identifier=name or source.identifier, type='table'
    )) }}
{% endmacro %}

{% macro spark__create_lake_table(source, lake) %}
    create table {{ spark__lake_table(source) }} (
        {%- for column in source.columns.values() %}
            {{ column.name }} {{ column.data_type or 'string' }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    using parquet
    location '{{ lake }}/{{ source.schema }}/{{ source.identifier }}'
{% endmacro %}

{% macro spark__create_raw_view(source) %}
    {%- set keys = spark__primary_key(source.unique_id) -%}
    create or replace view {{ source.schema }}.{{ source.identifier }} as
    select {{ source.columns.keys() | join(', ') }}
    from {{ spark__lake_table(source) }}
    {%- if '_dlt_load_id' in source.columns %}
        where (connection, _dlt_load_id) in (
            select connection, load_id from {{ spark__lake_table(source, 'loads') }}
        )
    {%- endif %}
    {%- if keys and 'loaded_at' in source.columns %}
        qualify row_number() over (
            partition by {{ keys | join(', ') }}
            order by loaded_at desc, _dlt_load_id desc
        ) = 1
    {%- endif %}
{% endmacro %}

{# The columns that the test primary_key of a source names; none where it has no such test. #}
{% macro spark__primary_key(unique_id) %}
    {%- for node in graph.nodes.values() if node.resource_type == 'test' and node.test_metadata -%}
        {%- if node.test_metadata.name == 'primary_key' and unique_id in node.depends_on.nodes -%}
            {{ return(node.test_metadata.kwargs['columns']) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return([]) }}
{% endmacro %}
