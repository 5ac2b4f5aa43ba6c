{#
    The one clock of a build, a plain UTC timestamp: var('as_of'), else the end of the newest successful load. Nothing
    dated after it is known.
#}
{% macro as_of() -%}
    (select as_of from {{ ref('int_clock__as_of') }})
{%- endmacro %}
