{#
    The conditions (SQL over the model's columns) hold in every row; unknown is not enough. A failing row says which one
    it breaks.
#}
{% test always_holds(model, conditions) %}
    {% for condition in conditions %}
        select
            '{{ condition | replace("'", "''") }}' as broken_condition,
            *
        from {{ model }}
        where not coalesce({{ condition }}, false)
        {{ 'union all' if not loop.last }}
    {% endfor %}
{% endtest %}
