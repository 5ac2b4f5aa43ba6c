with

intervals as (
    select * from {{ ref('int_timeline__intervals') }}
),

tag_sets as (
    select * from {{ ref('int_classification__tag_sets') }}
),

validity_spans as (
    select * from {{ ref('int_classification__validity_spans') }}
),

distinct_situations as (
    select distinct
        intervals.tool,
        intervals.connection,
        intervals.project,
        intervals.artifact_type,
        coalesce(tag_sets.tag_set, '') as tag_set,
        validity_spans.starts_on
    from intervals
    inner join validity_spans
        on
            intervals.entered_date >= validity_spans.starts_on
            and intervals.entered_date < validity_spans.ends_on
    left join tag_sets
        on intervals.artifact_id = tag_sets.artifact_id
),

final as (
    select
        row_number() over (
            order by tool, connection, project nulls last, artifact_type nulls last, tag_set, starts_on
        ) as situation_id,
        tool,
        connection,
        project,
        artifact_type,
        tag_set,
        starts_on
    from distinct_situations
)

select * from final
