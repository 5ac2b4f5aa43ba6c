{#
    The incremental strategy `replace_records`: a record's rows go when it comes anew, even with no rows at all, and when
    the raw table has it no more; then what was unpacked anew comes in. The model's unique key is the record's.
#}
{% macro get_incremental_replace_records_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_replace_records_sql')(arg_dict)) }}
{% endmacro %}

{# dbt looks for this macro on every engine, also where record_materialization() has no use for it. #}
{% macro default__get_incremental_replace_records_sql(arg_dict) %}
    {{ exceptions.raise_compiler_error(
        'replace_records: no version for ' ~ target.type ~ '. Let record_materialization() return table there.'
    ) }}
{% endmacro %}

{% macro duckdb__get_incremental_replace_records_sql(arg_dict) %}
    {% set key = arg_dict['unique_key'] %}
    {% set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) %}
    delete from {{ arg_dict['target_relation'] }} as stored
    using (
        select {{ key | join(', ') }}
        from {{ arg_dict['temp_relation'] }}
        where record_version is not null
        union all
        select {{ key | join(', ') }}
        from {{ arg_dict['target_relation'] }} as kept
        where
            kept.record_version is not null
            and not exists (
                select 1
                from {{ source(*model.sources[0]) }} as raw
                where {% for column in key %}raw.{{ column }} = kept.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
            )
    ) as replaced
    where {% for column in key %}stored.{{ column }} = replaced.{{ column }}{{ ' and ' if not loop.last }}{% endfor %};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{% endmacro %}
