with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

flow_item_mapping as (
    select * from {{ ref('int_seeds__flow_item_mapping') }}
),

product_scope as (
    select * from {{ ref('int_seeds__product_scope') }}
),

team_scope as (
    select * from {{ ref('int_seeds__team_scope') }}
),

mapped_values as (
    select
        'label' as scope_type,
        label as scope_value
    from flow_item_mapping
    where label is not null
    union
    select
        'component' as scope_type,
        component as scope_value
    from flow_item_mapping
    where component is not null
    union
    select
        scope_type,
        scope_value
    from product_scope
    union
    select
        scope_type,
        scope_value
    from team_scope
),

artifact_values as (
    select
        artifact_id,
        'label' as scope_type,
        {{ unnested(json_list('labels'), 'scope_value') }}
    from artifacts
    where labels != '[]'
    union all
    select
        artifact_id,
        'component' as scope_type,
        {{ unnested(json_list('components'), 'scope_value') }}
    from artifacts
    where components != '[]'
    {%- for scope_type in ['area_path', 'team', 'service', 'repository'] %}
        union all
        select
            artifact_id,
            '{{ scope_type }}' as scope_type,
            {{ json_text('scope_values', "'$." ~ scope_type ~ "'") }} as scope_value
        from artifacts
    {%- endfor %}
),

final as (
    select distinct
        artifact_values.artifact_id,
        artifact_values.scope_type,
        mapped_values.scope_value
    from artifact_values
    inner join mapped_values
        on
            artifact_values.scope_type = mapped_values.scope_type
            and lower(trim(artifact_values.scope_value)) = mapped_values.scope_value
)

select
    artifact_id,
    scope_type,
    scope_value
from final
