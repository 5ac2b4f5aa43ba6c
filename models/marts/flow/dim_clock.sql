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
        cast({{ reporting_timezone() }} as {{ dbt.type_string() }}) as reporting_timezone
    from clock
    where as_of is not null
)

select * from final
