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

final as (
    select
        unpacked.connection || ':' || listed.review.id as review_id,
        unpacked.connection || ':' || unpacked.pull_request_id as changeset_id,
        listed.review['user'].login as reviewer_account,
        lower(listed.review.state) as review_state,
        {{ parse_time('listed.review.submitted_at') }} as submitted_at
    from unpacked
    {{ unnest_list('unpacked.pull_request.reviews', 'listed', 'review', 'position') }}
)

select {{ shape_columns('reviews') | join(', ') }}
from final
