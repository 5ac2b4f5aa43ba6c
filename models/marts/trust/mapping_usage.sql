with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

tool_values as (
    select * from {{ ref('int_classification__values') }}
),

mapping_rows as (
    {% for seed in ['state_mapping', 'flow_item_mapping', 'value_mapping', 'product_scope', 'team_scope'] -%}
        select
            mapping_row_id,
            seed,
            origin
        from {{ ref('int_seeds__' ~ seed) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

decisions as (
    {% for column in [
        'state_mapping_row_id', 'flow_item_mapping_row_id', 'product_mapping_row_id', 'team_mapping_row_id'
    ] -%}
        select
            {{ column }} as mapping_row_id,
            count(*) as decided_count,
            min(entered_at) as first_used_at,
            max(entered_at) as last_used_at
        from intervals
        where {{ column }} is not null
        group by {{ column }}
        union all
    {% endfor -%}
    select
        mapping_row_id,
        sum(occurrence_count) as decided_count,
        min(first_seen_at) as first_used_at,
        max(last_seen_at) as last_used_at
    from tool_values
    where mapping_row_id is not null
    group by mapping_row_id
),

final as (
    select
        mapping_rows.mapping_row_id,
        mapping_rows.seed,
        mapping_rows.origin,
        cast(coalesce(decisions.decided_count, 0) as bigint) as decided_count,
        decisions.first_used_at,
        decisions.last_used_at
    from mapping_rows
    left join decisions
        on mapping_rows.mapping_row_id = decisions.mapping_row_id
)

select * from final
