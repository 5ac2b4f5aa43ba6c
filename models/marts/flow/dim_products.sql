with

products as (
    select * from {{ ref('int_seeds__products') }}
),

-- What no product_scope row takes is shown, not lost.
final as (
    select
        product_id,
        product_name,
        value_stream_id,
        owner,
        calendar_id
    from products
    union all
    select
        'unassigned' as product_id,
        'Unassigned' as product_name,
        cast(null as {{ dbt.type_string() }}) as value_stream_id,
        cast(null as {{ dbt.type_string() }}) as owner,
        cast(null as {{ dbt.type_string() }}) as calendar_id
)

select * from final
