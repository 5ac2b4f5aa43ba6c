{#
    A condition on the records of a raw table, true of those that the model does not hold in this version: new, changed,
    or unpacked by other code. True of all where it is built from nothing.
#}
{% macro is_unpacked_anew(records, key) -%}
    {%- if holds_record_versions() -%}
        not exists (
            select 1
            from {{ this }} as held
            where
                {% for column in key -%}
                    {{ records }}.{{ column }} = held.{{ column }} and {{ ' ' }}
                {%- endfor -%}
                {{ records }}.record_version = held.record_version
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
