with

refs as (
    select * from {{ ref('int_traces__changeset_refs') }}
),

artifact_keys as (
    select * from {{ ref('int_artifacts__keys') }}
),

tool_links as (
    select * from {{ ref('int_delivery__changeset_tool_links') }}
),

mentions as (
    select
        refs.changeset_id,
        artifact_keys.artifact_id,
        refs.found_in,
        cast(null as timestamp) as linked_at
    from refs
    inner join artifact_keys
        on refs.reference = upper(artifact_keys.artifact_key)
),

found as (
    select * from mentions
    union all
    select
        changeset_id,
        to_artifact_ref as artifact_id,
        'tool_link' as found_in,
        linked_at
    from tool_links
),

final as (
    select
        changeset_id,
        artifact_id,
        {%- for place in ['title', 'branch', 'body', 'commit', 'tool_link'] %}
            bool_or(found_in = '{{ place }}') as is_in_{{ place }},
        {%- endfor %}
        min(linked_at) as linked_at
    from found
    group by
        changeset_id,
        artifact_id
)

select * from final
