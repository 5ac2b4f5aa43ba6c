{{ config(enabled='jira' in var('tools')) }}

with

source as (
    select * from {{ source('raw_jira', 'fields') }}
),

renamed as (
    select
        connection,
        id as field_id,
        lower({{ json_text('record', "'$.name'") }}) as field_name
    from source
),

-- Custom fields have another id on every site, but Jira's own ones are named alike.
final as (
    select
        connection,
        '$.fields.' || min(field_id) filter (where field_name = 'flagged') as flag_path,
        '$.fields.' || min(field_id) filter (where field_name = 'epic link') as epic_link_path,
        '$.fields.' || min(field_id) filter (where field_name = 'team') as team_path,
        '$.fields.' || min(field_id) filter (where field_name = 'story points') as story_points_path,
        '$.fields.'
        || min(field_id) filter (where field_name = 'story point estimate') as story_point_estimate_path
    from renamed
    group by connection
)

select * from final
