{# Each pair of a condition and a text as a text that is null where the condition does not hold. #}
{% macro conditional_texts(pairs) -%}
    {%- set found = [] -%}
    {%- for condition, text in pairs -%}
        {%- do found.append('case when ' ~ condition ~ ' then ' ~ text ~ ' end') -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
