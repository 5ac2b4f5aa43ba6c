{#
    What a record was unpacked from: the load that brought it, the code that reads it and, as a further SQL expression of
    text, what else that code was told. Whatever changes in it, the record is unpacked anew.
#}
{% macro record_version(told=none) -%}
    _dlt_load_id || ':{{ unpacking_code() }}' {%- if told %} || ':' || coalesce({{ told }}, ''){% endif %}
{%- endmacro %}
