{{ config(enabled='github' in var('tools')) }}

with

source as (
    select * from {{ source('raw_github', 'releases') }}
),

tags as (
    select
        connection,
        repository,
        name,
        {{ json_text('record', "'$.commit.sha'") }} as commit_sha
    from {{ source('raw_github', 'tags') }}
),

unpacked as (
    select
        connection,
        id,
        repository,
        {{ json_struct('record', {
            'name': 'text',
            'tag_name': 'text',
            'draft': 'boolean',
            'prerelease': 'boolean',
            'html_url': 'text',
            'created_at': 'text',
            'published_at': 'text',
        }) }} as release
    from source
),

releases as (
    select
        unpacked.connection,
        unpacked.id as native_id,
        unpacked.repository,
        unpacked.release.name as release_name,
        unpacked.release.tag_name,
        tags.commit_sha,
        coalesce(unpacked.release.draft, false) as is_draft,
        coalesce(unpacked.release.prerelease, false) as is_prerelease,
        unpacked.release.html_url as url,
        {{ parse_time('unpacked.release.created_at') }} as created_at,
        {{ parse_time('unpacked.release.published_at') }} as published_at
    from unpacked
    left join tags
        on
            unpacked.connection = tags.connection
            and unpacked.repository = tags.repository
            and unpacked.release.tag_name = tags.name
),

-- A tag that no release names is the release of a repository that publishes none. The list of tags has no
-- dates.
bare_tags as (
    select
        tags.connection,
        tags.repository || '@' || tags.name as native_id,
        tags.repository,
        tags.name as release_name,
        tags.name as tag_name,
        tags.commit_sha,
        false as is_draft,
        false as is_prerelease,
        cast(null as {{ dbt.type_string() }}) as url,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as published_at
    from tags
    left join releases
        on
            tags.connection = releases.connection
            and tags.repository = releases.repository
            and tags.name = releases.tag_name
    where releases.tag_name is null
),

unioned as (
    select * from releases
    union all
    select * from bare_tags
),

final as (
    select
        connection || ':' || native_id as release_id,
        connection,
        'github' as tool,
        native_id,
        repository,
        release_name,
        tag_name,
        commit_sha,
        is_draft,
        is_prerelease,
        url,
        created_at,
        published_at
    from unioned
)

select {{ shape_columns('releases') | join(', ') }}
from final
