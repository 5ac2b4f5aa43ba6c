with

scope_levels as (
    select * from {{ ref('int_scopes__levels') }}
),

bounds as (
    select
        min(first_date) as first_date,
        cast({{ local_time(as_of(), reporting_timezone()) }} as date) as last_date
    from scope_levels
),

days as (
    select {{ unnested(date_series('first_date', 'last_date'), 'calendar_date') }}
    from bounds
),

final as (
    select
        calendar_date,
        {{ utc_from_local('calendar_date', reporting_timezone()) }} as starts_at,
        {{ utc_from_local(dbt.dateadd('day', 1, 'calendar_date'), reporting_timezone()) }} as ends_at
    from days
)

select * from final
