{# Whether the model stands in the warehouse in a form that says of each record which version of it was unpacked. #}
{% macro holds_record_versions() %}
    {# A unit test of a model gives no relation for it. #}
    {% if this is none or not is_incremental() %}
        {{ return(false) }}
    {% endif %}
    {{ return('record_version' in adapter.get_columns_in_relation(this) | map(attribute='name')) }}
{% endmacro %}
