{{ config(enabled='jira' in var('tools')) }}

with

source as (
    select * from {{ source('raw_jira', 'statuses') }}
),

unpacked as (
    select
        connection,
        {{ json_struct('record', {
            'id': 'text', 'name': 'text', 'statusCategory': {'key': 'text'}
        }) }} as status
    from source
),

-- A name may stand for several statuses (team-managed projects have their own): its category if they agree.
final as (
    select
        connection,
        'jira' as tool,
        status.name as tool_state,
        case
            when count(distinct status.statuscategory.key) = 1
                then
                    case max(status.statuscategory.key)
                        when 'new' then 'new'
                        when 'indeterminate' then 'active'
                        when 'done' then 'done'
                    end
        end as tool_state_category
    from unpacked
    where status.name is not null
    group by
        connection,
        status.name
)

select * from final
