with

artifacts as (
    select * from {{ ref('int_artifacts__artifacts') }}
),

tool_links as (
    select * from {{ ref('int_artifacts__tool_links') }}
),

deployments as (
    select * from {{ ref('int_delivery__deployments') }}
),

value_mapping as (
    select * from {{ ref('int_seeds__value_mapping') }}
),

occurrences as (
    {% for field in ['resolution', 'priority', 'severity'] -%}
        select
            tool,
            connection,
            '{{ field }}' as field,
            {{ field }} as tool_value,
            created_at as seen_at
        from artifacts
        where {{ field }} is not null
        union all
    {% endfor -%}
    select
        artifacts.tool,
        artifacts.connection,
        'link_type' as field,
        tool_links.tool_link_type as tool_value,
        -- A link that the history does not date is as old as its artifact.
        coalesce(tool_links.linked_at, artifacts.created_at) as seen_at
    from tool_links
    inner join artifacts
        on tool_links.from_artifact_id = artifacts.artifact_id
    where tool_links.tool_link_type is not null
    union all
    select
        tool,
        connection,
        'environment' as field,
        environment as tool_value,
        started_at as seen_at
    from deployments
    where environment is not null
),

-- What is dated after as-of is not known yet.
known as (
    select
        *,
        case when seen_at <= {{ as_of() }} then seen_at end as known_at
    from occurrences
),

tool_values as (
    select
        tool,
        connection,
        field,
        tool_value,
        count(known_at) as occurrence_count,
        min(known_at) as first_seen_at,
        max(known_at) as last_seen_at
    from known
    group by
        tool,
        connection,
        field,
        tool_value
),

final as (
    select
        tool_values.tool,
        tool_values.connection,
        tool_values.field,
        tool_values.tool_value,
        value_mapping.value,
        value_mapping.mapping_row_id,
        tool_values.occurrence_count,
        tool_values.first_seen_at,
        tool_values.last_seen_at
    from tool_values
    left join value_mapping
        on
            tool_values.field = value_mapping.field
            and lower(trim(tool_values.tool_value)) = value_mapping.tool_value
            and lower(tool_values.tool) = coalesce(value_mapping.tool, lower(tool_values.tool))
            and lower(tool_values.connection)
            = coalesce(value_mapping.connection, lower(tool_values.connection))
    qualify
        row_number() over (
            partition by tool_values.tool, tool_values.connection, tool_values.field, tool_values.tool_value
            order by
                case value_mapping.origin when 'organisation' then 1 else 2 end asc,
                value_mapping.specificity desc,
                value_mapping.pattern desc,
                value_mapping.mapping_row_id asc
        ) = 1
)

select * from final
