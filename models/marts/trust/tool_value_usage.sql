with

intervals as (
    select * from {{ ref('int_classification__intervals') }}
),

clock as (
    select
        {{ as_of() }} as as_of,
        {{ dbt.dateadd('day', -28, as_of()) }} as recent_from,
        {{ dbt.dateadd('day', -196, as_of()) }} as usual_from
),

loads as (
    select
        loads.connection,
        loads.finished_at,
        row_number() over (
            partition by loads.connection
            order by loads.finished_at desc, loads.load_id desc
        ) as recency
    from {{ ref('int_clock__loads') }} as loads
    cross join clock
    where loads.finished_at <= clock.as_of
),

uses as (
    {% for field, column in [('state', 'tool_state'), ('type', 'artifact_type')] -%}
        select
            connection,
            tool,
            '{{ field }}' as field,
            {{ column }} as tool_value,
            artifact_id,
            entered_at,
            lag({{ column }}) over (
                partition by artifact_id
                order by interval_number
            ) as previous_value
        from intervals
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (
    select
        uses.connection,
        uses.tool,
        uses.field,
        uses.tool_value,
        count(distinct uses.artifact_id) as artifact_count,
        count(*) filter (where uses.entered_at >= clock.recent_from) as recent_count,
        count(*) filter (
            where uses.entered_at >= clock.usual_from and uses.entered_at < clock.recent_from
        ) as earlier_count,
        min(uses.entered_at) as first_seen_at,
        max(uses.entered_at) as last_seen_at
    from uses
    cross join clock
    where uses.tool_value is not null and uses.tool_value is distinct from uses.previous_value
    group by
        uses.connection,
        uses.tool,
        uses.field,
        uses.tool_value
),

final as (
    select
        counted.connection,
        counted.tool,
        counted.field,
        counted.tool_value,
        cast(counted.artifact_count as bigint) as artifact_count,
        cast(counted.recent_count as bigint) as recent_count,
        cast(counted.earlier_count as double) / 6 as usual_count,
        counted.first_seen_at,
        counted.last_seen_at,
        coalesce(counted.first_seen_at > former.finished_at, false) as is_new,
        coalesce(
            counted.first_seen_at <= former.finished_at
            and counted.recent_count >= 10
            and counted.recent_count >= 3 * cast(counted.earlier_count as double) / 6,
            false
        ) as has_jumped
    from counted
    left join loads as former
        on
            counted.connection = former.connection
            and former.recency = 2
)

select * from final
