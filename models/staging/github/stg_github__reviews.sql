{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'pull_request_reviews') }}
),

unpacked as (
    select
        connection,
        pull_request_id,
        {{ json_struct('record', {'reviews': [{
            'id': 'text', 'user': {'login': 'text'}, 'state': 'text', 'submitted_at': 'text'
        }]}) }} as pull_request
    from source
),

listed as (
    select
        connection,
        pull_request_id,
        {{ unnested('pull_request.reviews', 'review') }}
    from unpacked
),

final as (
    select
        connection || ':' || review.id as review_id,
        connection || ':' || pull_request_id as changeset_id,
        review['user'].login as reviewer_account,
        lower(review.state) as review_state,
        {{ parse_time('review.submitted_at') }} as submitted_at
    from listed
)

select {{ shape_columns('reviews') | join(', ') }}
from final
