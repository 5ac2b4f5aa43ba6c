with

tags as (
    select * from {{ ref('int_classification__tags') }}
),

-- Artifacts with the same mapped labels, components and other scope values are classified alike, and once.
final as (
    select
        artifact_id,
        {{ joined_text("scope_type || '=' || scope_value", '|', 'scope_type, scope_value') }} as tag_set
    from tags
    group by artifact_id
)

select
    artifact_id,
    tag_set
from final
