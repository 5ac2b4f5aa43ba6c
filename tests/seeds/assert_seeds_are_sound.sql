-- The seeds obey their rules. The message lists each row that does not, what is wrong and how to mend it.
with

problems as (
    select * from {{ ref('int_seeds__problems') }}
),

messages as (
    select
        count(*) as problem_count,
        {{ joined_text("seed_row || ': ' || problem", '\n  ', 'seed_row, problem') }} as message
    from problems
),

final as (
    select problem_count
    from messages
    where
        problem_count > 0
        and {{ raise_error(
            "'The seeds need mending (`streamgauge check` names file and line):\n  ' || message"
        ) }} is not null
)

select * from final
