-- Seeds must be sound before anything is built on them.
-- depends_on: {{ ref('int_seeds__problems') }}
{{ checked_rows('team_scope') }}
