with

movements as (
    select * from {{ ref('int_flow__load_movements') }}
),

memberships as (
    select * from {{ ref('int_scopes__memberships') }}
),

-- A movement counts for each scope of its product and team, twice: numbers for these spare sorting names.
classes as (
    select
        product_id,
        team_key,
        flow_level,
        flow_item,
        row_number() over (order by product_id, team_key, flow_level, flow_item) as class_number
    from movements
    group by
        product_id,
        team_key,
        flow_level,
        flow_item
),

class_scopes as (
    select
        classes.class_number,
        memberships.scope_type,
        memberships.scope_id,
        classes.flow_level,
        classes.flow_item
    from classes
    inner join memberships
        on
            classes.product_id = memberships.product_id
            and classes.team_key = memberships.team_key
),

class_lines as (
    select * from class_scopes
    union all
    select
        class_number,
        scope_type,
        scope_id,
        flow_level,
        'all' as flow_item
    from class_scopes
),

lines as (
    select
        scope_type,
        scope_id,
        flow_level,
        flow_item,
        row_number() over (order by scope_type, scope_id, flow_level, flow_item) as line_number
    from class_lines
    group by
        scope_type,
        scope_id,
        flow_level,
        flow_item
),

numbered_class_lines as (
    select
        class_lines.class_number,
        lines.line_number
    from class_lines
    inner join lines
        on
            class_lines.scope_type = lines.scope_type
            and class_lines.scope_id = lines.scope_id
            and class_lines.flow_level = lines.flow_level
            and class_lines.flow_item = lines.flow_item
),

instants as (
    select
        classes.class_number,
        movements.moved_at,
        movements.moved_date,
        sum(movements.delta) as delta
    from movements
    inner join classes
        on
            movements.product_id = classes.product_id
            and movements.team_key = classes.team_key
            and movements.flow_level = classes.flow_level
            and movements.flow_item = classes.flow_item
    group by
        classes.class_number,
        movements.moved_at,
        movements.moved_date
),

netted as (
    select
        numbered_class_lines.line_number,
        instants.moved_at,
        instants.moved_date,
        cast(sum(instants.delta) as bigint) as delta
    from instants
    inner join numbered_class_lines
        on instants.class_number = numbered_class_lines.class_number
    group by
        numbered_class_lines.line_number,
        instants.moved_at,
        instants.moved_date
),

-- What comes and goes in one instant never was load.
steps as (
    select
        line_number,
        moved_at,
        moved_date,
        delta,
        sum(delta) over (partition by line_number order by moved_at) as load_after
    from netted
    where delta != 0
),

-- Each step weighs as much as it lasts: here from its moment to its date's midnight in UTC, be that before or
-- after.
days as (
    select
        line_number,
        moved_date,
        min(moved_at) as first_moved_at,
        sum(delta) as delta,
        sum(
            delta
            * (
                {{ epoch_milliseconds('cast(moved_date as timestamp)') }}
                - {{ epoch_milliseconds('moved_at') }}
            )
        ) as weighted_ms,
        min(load_after) as lowest_load,
        max(load_after) as highest_load
    from steps
    group by
        line_number,
        moved_date
),

final as (
    select
        lines.scope_type,
        lines.scope_id,
        lines.flow_level,
        lines.flow_item,
        days.moved_date,
        days.first_moved_at,
        cast(days.delta as bigint) as delta,
        cast(days.weighted_ms as bigint) as weighted_ms,
        cast(days.lowest_load as bigint) as lowest_load,
        cast(days.highest_load as bigint) as highest_load
    from days
    inner join lines
        on days.line_number = lines.line_number
)

select * from final
