{# Why work enters (the first three) or leaves the load, in the order of the load bridge. #}
{% macro load_bridge_reasons() -%}
    {{ return([
        'started', 'reopened', 'moved_in', 'delivered', 'cancelled', 'put_back', 'moved_out', 'unmapped', 'removed'
    ]) }}
{%- endmacro %}
