-- Nothing that a mart dates lies after as-of.
with

moments as (
    select
        'fct_artifact_activity' as mart,
        activity_id as key,
        occurred_at as moment
    from {{ ref('fct_artifact_activity') }}
    {%- for column in ['entered_at', 'left_at'] %}
        union all
        select
            'fct_flow_item_states' as mart,
            artifact_id as key,
            {{ column }} as moment
        from {{ ref('fct_flow_item_states') }}
    {%- endfor %}
    {%- for column in ['created_at', 'started_at', 'completed_at', 'first_completed_at', 'removed_at'] %}
        union all
        select
            'fct_flow_items' as mart,
            artifact_id as key,
            {{ column }} as moment
        from {{ ref('fct_flow_items') }}
    {%- endfor %}
    {%- for column in ['opened_at', 'first_reviewed_at', 'merged_at', 'closed_at'] %}
        union all
        select
            'fct_changesets' as mart,
            changeset_id as key,
            {{ column }} as moment
        from {{ ref('fct_changesets') }}
    {%- endfor %}
    union all
    select
        'dim_periods' as mart,
        period_type as key,
        starts_at as moment
    from {{ ref('dim_periods') }}
)

select
    mart,
    key,
    moment
from moments
where moment > {{ as_of() }}
