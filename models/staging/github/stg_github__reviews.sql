{{ config(enabled='github' in var('tools'), materialized='view') }}

with

reviews as (
    select * from {{ ref('stg_github__pull_request_reviews') }}
    where record_version is null
),

final as (
    select
        connection || ':' || review_id as review_id,
        connection || ':' || pull_request_id as changeset_id,
        reviewer_account,
        lower(state) as review_state,
        submitted_at
    from reviews
)

select {{ shape_columns('reviews') | join(', ') }}
from final
