with

situations as (
    select * from {{ ref('int_classification__situations') }}
),

tag_set_members as (
    select distinct
        tag_sets.tag_set,
        tags.scope_type,
        tags.scope_value
    from {{ ref('int_classification__tag_sets') }} as tag_sets
    inner join {{ ref('int_classification__tags') }} as tags
        on tag_sets.artifact_id = tags.artifact_id
),

flow_item_candidates as (
    select
        situations.situation_id,
        rules.mapping_row_id,
        rules.origin,
        rules.precedence,
        1 as scope_order,
        rules.specificity,
        rules.pattern,
        rules.model,
        rules.flow_item,
        rules.flow_level
    from situations
    inner join {{ ref('int_seeds__flow_item_mapping') }} as rules
        on {{ rule_applies('situations', 'rules') }}
            and (rules.artifact_type is null or lower(trim(situations.artifact_type)) = rules.artifact_type)
    left join tag_set_members as labels
        on
            situations.tag_set = labels.tag_set
            and labels.scope_type = 'label'
            and rules.label = labels.scope_value
    left join tag_set_members as components
        on
            situations.tag_set = components.tag_set
            and components.scope_type = 'component'
            and rules.component = components.scope_value
    where
        (rules.label is null or labels.scope_value is not null)
        and (rules.component is null or components.scope_value is not null)
),

{% for thing in ['product', 'team'] -%}
    {{ thing }}_candidates as (
        select
            situations.situation_id,
            rules.mapping_row_id,
            rules.origin,
            rules.precedence,
            case rules.scope_type
                when 'label' then 1
                when 'component' then 2
                when 'area_path' then 3
                when 'team' then 4
                when 'service' then 5
                when 'repository' then 6
                when 'project' then 7
            end as scope_order,
            rules.specificity,
            rules.pattern,
            rules.{{ thing }}_id
        from situations
        inner join {{ ref('int_seeds__' ~ thing ~ '_scope') }} as rules
            on {{ rule_applies('situations', 'rules') }}
        left join tag_set_members as tags
            on
                situations.tag_set = tags.tag_set
                and rules.scope_type = tags.scope_type
                and rules.scope_value = tags.scope_value
        where
            tags.scope_value is not null
            or (rules.scope_type = 'project' and lower(trim(situations.project)) = rules.scope_value)
    ),

{% endfor -%}
flow_items as (
    {{ decided_rules('flow_item_candidates', ['model', 'flow_item', 'flow_level']) }}
),

products as (
    {{ decided_rules('product_candidates', ['product_id']) }}
),

teams as (
    {{ decided_rules('team_candidates', ['team_id']) }}
),

classified as (
    select
        situations.situation_id,
        situations.tool,
        situations.connection,
        situations.project,
        situations.artifact_type,
        situations.tag_set,
        situations.starts_on,
        flow_items.model,
        flow_items.flow_item,
        case
            when {{ is_flow_item('flow_items.flow_item') }}
                then coalesce(flow_items.flow_level, 'item')
        end as flow_level,
        coalesce(flow_items.mapping_source, 'unmapped') as flow_item_mapping_source,
        flow_items.mapping_row_id as flow_item_mapping_row_id,
        flow_items.conflicting_rows as flow_item_conflict,
        coalesce(products.product_id, 'unassigned') as product_id,
        products.mapping_row_id as product_mapping_row_id,
        products.conflicting_rows as product_conflict,
        teams.team_id,
        teams.mapping_row_id as team_mapping_row_id,
        teams.conflicting_rows as team_conflict
    from situations
    left join flow_items
        on situations.situation_id = flow_items.situation_id
    left join products
        on situations.situation_id = products.situation_id
    left join teams
        on situations.situation_id = teams.situation_id
),

-- The number spares comparing four names wherever figures are counted.
final as (
    select
        *,
        case
            when {{ is_flow_item('flow_item') }}
                then dense_rank() over (
                        order by
                            product_id, team_id nulls first, flow_level nulls first, flow_item nulls first
                    )
        end as flow_class_id
    from classified
)

select * from final
