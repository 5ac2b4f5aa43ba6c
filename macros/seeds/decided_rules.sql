{#
    Which mapping row decides each situation, for one of the mapping seeds: a select statement with one row per
    situation that any row matches. `candidates` is a relation of (situation_id, and of each matching row:
    mapping_row_id, origin, precedence, scope_order, specificity, pattern, and the `results`).
    The organisation's rows go before the defaults, then the smallest precedence, the scope type, the most specific and
    the left-most filled row. Rows that still tie decide only if they say the same; else the situation is a conflict:
    every result is null and `conflicting_rows` names them.
#}
{% macro decided_rules(candidates, results) %}
    select
        situation_id,
        {%- for result in results %}
            case when count(distinct decision) = 1 then max({{ result }}) end as {{ result }},
        {%- endfor %}
        case when count(distinct decision) = 1 then min(origin) else 'conflict' end as mapping_source,
        case when count(distinct decision) = 1 then min(mapping_row_id) end as mapping_row_id,
        case
            when count(distinct decision) > 1
                then {{ joined_text('mapping_row_id', ' and ', 'mapping_row_id') }}
        end as conflicting_rows
    from (
        select
            *,
            {% for result in results -%}
                coalesce({{ result }}, ''){{ " || '|' || " if not loop.last }}
            {%- endfor %} as decision,
            rank() over (
                partition by situation_id
                order by
                    case origin when 'organisation' then 1 else 2 end,
                    precedence nulls last, scope_order, specificity desc, pattern desc
            ) as preference
        from {{ candidates }}
    ) as ranked
    where preference = 1
    group by situation_id
{% endmacro %}
