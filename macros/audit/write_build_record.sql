{# The statement that replaces the record of the last run: one row in `audit.build`, lists as JSON. #}
{% macro write_build_record(
    status, failures=[], missing=[], counts={}, warnings=[], seeds=[], marts=[], clock=none
) %}
    {% do adapter.create_schema(api.Relation.create(database=target.database | default(none), schema='audit')) %}
    {% set details = {
        'failures': failures,
        'missing': missing,
        'counts': counts,
        'warnings': warnings,
        'seeds': seeds,
        'marts': marts,
    } %}
    {% set record = api.Relation.create(database=target.database | default(none), schema='audit', identifier='build') %}
    {% do run_query('drop table if exists ' ~ record) %}
    create table {{ record }} as
    select
        '{{ invocation_id }}' as invocation_id,
        '{{ flags.WHICH }}' as command,
        '{{ status }}' as status,
        '{{ dbt_version }}' as dbt_version,
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as started_at,
        {% if clock %}(select max(as_of) from {{ clock }}){% else %}cast(null as timestamp){% endif %} as as_of,
        {{ reporting_timezone() }} as reporting_timezone,
        {{ dbt.string_literal(dbt.escape_single_quotes(tojson(details))) }} as details
{% endmacro %}
