{# The dates from the first to the last, both included, as a list: unnest it. #}
{% macro date_series(first_date, last_date) -%}
    {{ adapter.dispatch('date_series')(first_date, last_date) }}
{%- endmacro %}

{% macro duckdb__date_series(first_date, last_date) -%}
    list_transform(
        generate_series(cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval 1 day),
        lambda day: cast(day as date)
    )
{%- endmacro %}

{# The guard: sequence() fails where the last date is before the first. #}
{% macro spark__date_series(first_date, last_date) -%}
    case
        when cast({{ first_date }} as date) <= cast({{ last_date }} as date)
            then sequence(cast({{ first_date }} as date), cast({{ last_date }} as date), interval 1 day)
    end
{%- endmacro %}
