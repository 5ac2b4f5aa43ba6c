{#
    The columns name one row: no two rows agree in all of them, and none of them is null. In the `nullable` ones null is
    a value like any other.
#}
{% test primary_key(model, columns, nullable=[]) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns if column not in nullable %}
            or {{ column }} is null
        {%- endfor %}
{% endtest %}
