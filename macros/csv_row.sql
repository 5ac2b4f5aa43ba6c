{# Expressions as one CSV row: blanks for nulls, quotes where a cell needs them. #}
{% macro csv_row(cells) -%}
    {% for cell in cells -%}
        coalesce(
            case
                when {{ matches_pattern(cell, '[,"\\n]') }} then '"' || replace({{ cell }}, '"', '""') || '"'
                else {{ cell }}
            end, ''
        ){{ " || ',' || " if not loop.last }}
    {%- endfor %}
{%- endmacro %}
