-- The seeds obey their rules. The message lists every row that does not, with what is wrong and how to mend it.
with

problems as (
    select * from {{ ref('int_seeds__problems') }}
)

select count(*) as problem_count
from problems
having
    count(*) > 0
    and {{ raise_error(
        "count(*) || ' problem(s) in the seeds: ' || " ~ joined_text("seed_row || ': ' || problem", ' | ', 'seed_row, problem')
    ) }} is not null
