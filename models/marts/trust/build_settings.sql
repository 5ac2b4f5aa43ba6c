with

clock as (
    select * from {{ ref('int_clock__as_of') }}
),

final as (
    select
        as_of,
        cast({{ local_time('as_of', reporting_timezone()) }} as date) as as_of_date,
        -- 26 weeks up to as-of: what "lately" means wherever open work is held against finished work.
        cast(
            {{ dbt.dateadd('day', -181, 'cast(' ~ local_time('as_of', reporting_timezone()) ~ ' as date)') }}
            as date
        ) as recent_from,
        '{{ var("tools") | join(",") }}' as tools,
        {{ reporting_timezone() }} as reporting_timezone,
        '{{ policy("completion") }}' as policy_completion,
        '{{ policy("duration") }}' as policy_duration,
        '{{ policy("cancelled") }}' as policy_cancelled,
        '{{ policy("time") }}' as policy_time
    from clock
)

select * from final
