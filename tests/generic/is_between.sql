{# No value of the columns lies below `minimum` or above `maximum`, where these are given. Null is no value. #}
{% test is_between(model, columns, minimum=none, maximum=none) %}
    select *
    from {{ model }}
    where
        false
        {%- for column in columns %}
            {%- if minimum is not none %}
                or {{ column }} < {{ minimum }}
            {%- endif %}
            {%- if maximum is not none %}
                or {{ column }} > {{ maximum }}
            {%- endif %}
        {%- endfor %}
{% endtest %}
