{#
    True where a checked mapping row (int_seeds__*) may decide a situation by the columns that all mappings share: tool,
    connection, project and valid dates. Blank means any.
#}
{% macro rule_applies(situation, rule) -%}
    lower({{ situation }}.tool) = coalesce({{ rule }}.tool, lower({{ situation }}.tool))
    and lower({{ situation }}.connection) = coalesce({{ rule }}.connection, lower({{ situation }}.connection))
    and ({{ rule }}.project is null or lower(trim({{ situation }}.project)) = {{ rule }}.project)
    and ({{ rule }}.valid_from is null or {{ situation }}.starts_on >= {{ rule }}.valid_from)
    and ({{ rule }}.valid_to is null or {{ situation }}.starts_on < {{ rule }}.valid_to)
{%- endmacro %}
