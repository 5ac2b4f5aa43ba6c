with

days as (
    select * from {{ ref('int_calendars__days') }}
),

final as (
    {% for period_type in period_types() -%}
        select
            calendar_date,
            '{{ period_type }}' as period_type,
            cast({{ dbt.date_trunc(period_type, 'calendar_date') }} as date) as period_start
        from days
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    calendar_date,
    period_type,
    period_start
from final
