{#
    Percentiles of all the numbers in the lists of a group, interpolated linearly, as a list in the order of the
    fractions; of no numbers it is null, or a list of nulls. An aggregate, over few lists instead of many numbers.
#}
{% macro percentiles_of_lists(column, fractions) -%}
    {{ adapter.dispatch('percentiles_of_lists')(column, fractions) }}
{%- endmacro %}

{% macro duckdb__percentiles_of_lists(column, fractions) -%}
    list_aggregate(
        flatten(list({{ column }}) filter (where {{ column }} is not null)), 'quantile_cont', [{{ fractions | join(', ') }}]
    )
{%- endmacro %}

{# The outer transform, over one element, names the sorted numbers. `get` is null beyond the last. #}
{% macro spark__percentiles_of_lists(column, fractions) -%}
    transform(
        array(array_sort(flatten(collect_list({{ column }})))),
        numbers -> transform(
            array({% for fraction in fractions %}{{ fraction }}D{{ ', ' if not loop.last }}{% endfor %}),
            fraction ->
                get(numbers, cast(floor(fraction * (size(numbers) - 1)) as int))
                + (
                    get(numbers, cast(ceil(fraction * (size(numbers) - 1)) as int))
                    - get(numbers, cast(floor(fraction * (size(numbers) - 1)) as int))
                ) * (fraction * (size(numbers) - 1) - floor(fraction * (size(numbers) - 1)))
        )
    )[0]
{%- endmacro %}
