{{ config(
    enabled='github' in var('tools'),
    materialized=record_materialization(),
    incremental_strategy='replace_records',
    on_schema_change='sync_all_columns',
    unique_key=['connection', 'pull_request_id'],
) }}

with

review_lists as (
    select
        connection,
        pull_request_id,
        _dlt_load_id,
        record
    from {{ source('raw_github', 'pull_request_reviews') }}
),

-- The same without the records, which are long to read.
versions as (
    select
        connection,
        pull_request_id,
        _dlt_load_id,
        {{ record_version() }} as record_version
    from {{ source('raw_github', 'pull_request_reviews') }}
),

unpacked as (
    select
        connection,
        pull_request_id,
        {{ json_struct('record', {'reviews': [{
            'id': 'text', 'user': {'login': 'text'}, 'state': 'text', 'submitted_at': 'text'
        }]}) }} as pull_request
    from review_lists
    where {{ is_unpacked_anew('review_lists', ['connection', 'pull_request_id'], 'versions') }}
),

listed as (
    select
        connection,
        pull_request_id,
        {{ unnested('pull_request.reviews', 'review') }}
    from unpacked
),

-- A pull request without reviews has a row, too: it was unpacked, and what it held before is gone.
final as (
    select
        connection,
        pull_request_id,
        null as record_version,
        review.id as review_id,
        review['user'].login as reviewer_account,
        review.state,
        {{ parse_time('review.submitted_at') }} as submitted_at
    from listed
    union all
    select
        connection,
        pull_request_id,
        record_version,
        null as review_id,
        null as reviewer_account,
        null as state,
        null as submitted_at
    from versions
    where {{ is_unpacked_anew('versions', ['connection', 'pull_request_id']) }}
)

select * from final
