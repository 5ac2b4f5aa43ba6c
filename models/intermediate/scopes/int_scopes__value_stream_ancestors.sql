with recursive

value_streams as (
    select * from {{ ref('int_seeds__value_streams') }}
),

-- A chain can be no longer than there are value streams: a circle in the seed ends here, too.
ancestors as (
    select
        value_stream_id,
        value_stream_id as ancestor_id,
        level,
        parent_id,
        1 as steps
    from value_streams
    union all
    select
        ancestors.value_stream_id,
        value_streams.value_stream_id as ancestor_id,
        value_streams.level,
        value_streams.parent_id,
        ancestors.steps + 1 as steps
    from ancestors
    inner join value_streams
        on ancestors.parent_id = value_streams.value_stream_id
    where ancestors.steps < 20
),

final as (
    select distinct
        value_stream_id,
        ancestor_id,
        level
    from ancestors
)

select * from final
