with

days as (
    select * from {{ ref('int_calendars__days') }}
),

periods as (
    {% for period_type in period_types() -%}
        select distinct
            '{{ period_type }}' as period_type,
            cast({{ dbt.date_trunc(period_type, 'calendar_date') }} as date) as period_start,
            cast(
                {{ dbt.dateadd(period_type, 1, dbt.date_trunc(period_type, 'calendar_date')) }} as date
            ) as period_end
        from days
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        period_type,
        period_start,
        period_end,
        {{ utc_from_local('period_start', reporting_timezone()) }} as starts_at,
        {{ utc_from_local('period_end', reporting_timezone()) }} as ends_at,
        {{ utc_from_local('period_end', reporting_timezone()) }} <= {{ as_of() }} as is_complete
    from periods
)

select * from final
