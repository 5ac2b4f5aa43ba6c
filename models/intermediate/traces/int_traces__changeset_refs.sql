with

changesets as (
    select * from {{ ref('int_delivery__changesets') }}
),

commits as (
    select * from {{ ref('int_delivery__commits') }}
),

texts as (
    select
        changeset_id,
        'title' as found_in,
        title as text
    from changesets
    where title is not null
    union all
    select
        changeset_id,
        'branch' as found_in,
        source_branch as text
    from changesets
    where source_branch is not null
    union all
    select
        changeset_id,
        'body' as found_in,
        body as text
    from changesets
    where body is not null
    union all
    select
        changeset_id,
        'commit' as found_in,
        message as text
    from commits
    where message is not null
),

-- Keys such as PAY-123, in whatever case, and addresses that end in one.
keys as (
    select
        texts.changeset_id,
        texts.found_in,
        upper(listed.reference) as reference
    from texts
    {{ unnest_list(
        extract_all('texts.text', '[A-Za-z][A-Za-z0-9_]+-[0-9]+'), 'listed', 'reference', 'position'
    ) }}
),

-- Numbers such as #12, owner/name#12 or owner/name/issues/12; a bare one is of the changeset's repository.
numbers as (
    select
        texts.changeset_id,
        texts.found_in,
        upper(
            case
                when listed.reference like '#%' then changesets.repository || listed.reference
                else replace(replace(listed.reference, '/issues/', '#'), '/pull/', '#')
            end
        ) as reference
    from texts
    inner join changesets
        on texts.changeset_id = changesets.changeset_id
    {{ unnest_list(
        extract_all('texts.text', '(?:[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)?(?:#|/issues/|/pull/)[0-9]+'),
        'listed', 'reference', 'position'
    ) }}
    where texts.found_in != 'branch'
),

final as (
    select distinct
        changeset_id,
        found_in,
        reference
    from keys
    union
    select distinct
        changeset_id,
        found_in,
        reference
    from numbers
)

select * from final
