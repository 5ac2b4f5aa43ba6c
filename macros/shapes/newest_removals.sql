{#
    One row per artifact that a key sweep missed and none has seen since, up to as-of: connection, native_id,
    removed_at. A select statement over a tool's raw sightings.
#}
{% macro newest_removals(source_name) -%}
    with

    sightings as (
        select
            connection,
            id as native_id,
            is_present,
            {{ utc('seen_at') }} as seen_at,
            row_number() over (
                partition by connection, id
                order by seen_at desc, _dlt_load_id desc, is_present
            ) as newest_first
        from {{ source(source_name, 'issue_sightings') }}
        where {{ utc('seen_at') }} <= {{ as_of() }}
    ),

    final as (
        select
            connection,
            native_id,
            seen_at as removed_at
        from sightings
        where newest_first = 1 and not is_present
    )

    select * from final
{%- endmacro %}
