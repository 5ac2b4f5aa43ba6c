-- An item and its ancestor at one flow level would count the same work twice: give them different flow
-- levels in flow_item_mapping, or make one of them `none`. Each row names such a pair.
with recursive

items as (
    select * from {{ ref('fct_flow_items') }}
),

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

-- A chain of more than 20 parents can only be a circle.
ancestors as (
    select
        artifact_id,
        parent_artifact_id as ancestor_id,
        1 as steps
    from artifacts
    where parent_artifact_id is not null
    union all
    select
        ancestors.artifact_id,
        artifacts.parent_artifact_id as ancestor_id,
        ancestors.steps + 1 as steps
    from ancestors
    inner join artifacts
        on ancestors.ancestor_id = artifacts.artifact_id
    where artifacts.parent_artifact_id is not null and ancestors.steps < 20
)

select distinct
    items.artifact_key,
    items.artifact_type,
    ancestor_items.artifact_key as ancestor_key,
    ancestor_items.artifact_type as ancestor_type,
    items.flow_level
from ancestors
inner join items
    on ancestors.artifact_id = items.artifact_id
inner join items as ancestor_items
    on
        ancestors.ancestor_id = ancestor_items.artifact_id
        and items.flow_level = ancestor_items.flow_level
