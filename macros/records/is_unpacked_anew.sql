{#
    A condition on the records of a raw table, true of those that the model does not hold in this version: new, changed,
    or unpacked by other code. True of all where it is built from nothing.

    `versions` is a CTE of the same rows without the records: it says which are anew, and their loads say which parts of
    the raw table need reading. Records are most of what a warehouse holds.
#}
{% macro is_unpacked_anew(records, key, versions=none) -%}
    {%- if not holds_record_versions() -%}
        true
    {%- elif versions -%}
        exists (
            select 1
            from {{ versions }}
            where
                {% for column in key + ['_dlt_load_id'] -%}
                    {{ records }}.{{ column }} = {{ versions }}.{{ column }} and {{ ' ' }}
                {%- endfor -%}
                {{ is_unpacked_anew(versions, key) }}
        )
    {%- else -%}
        not exists (
            select 1
            from {{ this }} as held
            where
                {% for column in key -%}
                    {{ records }}.{{ column }} = held.{{ column }} and {{ ' ' }}
                {%- endfor -%}
                {{ records }}.record_version = held.record_version
        )
    {%- endif -%}
{%- endmacro %}
