with

clock as (
    select * from {{ ref('int_clock__as_of') }}
),

final as (
    select
        as_of,
        '{{ var("tools") | join(",") }}' as tools,
        {{ reporting_timezone() }} as reporting_timezone,
        '{{ policy("completion") }}' as policy_completion,
        '{{ policy("duration") }}' as policy_duration,
        '{{ policy("cancelled") }}' as policy_cancelled,
        '{{ policy("time") }}' as policy_time
    from clock
)

select * from final
