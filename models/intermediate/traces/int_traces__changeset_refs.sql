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
        changeset_id,
        found_in,
        {{ unnested(extract_all('text', '[A-Za-z][A-Za-z0-9_]+-[0-9]+'), 'reference') }}
    from texts
),

-- Numbers such as #12, owner/name#12 or owner/name/issues/12; a bare one is of the changeset's repository.
numbers as (
    select
        changeset_id,
        found_in,
        {{ unnested(
            extract_all('text', '(?:[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)?(?:#|/issues/|/pull/)[0-9]+'), 'reference'
        ) }}
    from texts
    where found_in != 'branch'
),

final as (
    select
        changeset_id,
        found_in,
        upper(reference) as reference
    from keys
    union
    select
        numbers.changeset_id,
        numbers.found_in,
        upper(
            case
                when numbers.reference like '#%' then changesets.repository || numbers.reference
                else replace(replace(numbers.reference, '/issues/', '#'), '/pull/', '#')
            end
        ) as reference
    from numbers
    inner join changesets
        on numbers.changeset_id = changesets.changeset_id
)

select * from final
