{#
    DuckDB's tables and views take the old one's place in one transaction, so that a failure leaves the old one. dbt's own
    way renames twice and drops afterwards: for small tables these statements take longer than the table.
#}
{% macro replace_relation(new, create_sql) %}
    {%- set old = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {% if old -%}
            drop {{ old.type }} {{ old }};
        {%- endif %}
        {{ create_sql }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [new]}) }}
{% endmacro %}

{% materialization table, adapter='duckdb' %}
    {%- set new = this.incorporate(type='table') -%}
    {{ return(replace_relation(new, create_table_as(false, new, compiled_code))) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set new = this.incorporate(type='view') -%}
    {{ return(replace_relation(new, create_view_as(new, compiled_code))) }}
{% endmaterialization %}
