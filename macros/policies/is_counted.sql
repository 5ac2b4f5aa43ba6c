{# True of the outcome of completed work that velocity, flow time and efficiency count, by the policy on cancelled work. #}
{% macro is_counted(outcome) -%}
    {% if policy('cancelled') == 'included' -%}
        {{ outcome }} in ('delivered', 'cancelled')
    {%- else -%}
        {{ outcome }} = 'delivered'
    {%- endif %}
{%- endmacro %}
