{#
    What the types of seed columns look like in lower case: a regular expression that DuckDB, Spark and Python read
    alike, or a list of names, and an example in words. Of plain text, what is none: dates, numbers and errors that a
    spreadsheet wrote in place of what was typed (3-4, 123456789012).
#}
{% macro seed_types() %}
    {{ return({
        'text': {
            'never': '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$'
                ~ '|^[0-9]{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$'
                ~ '|^[0-9]([.,][0-9]+)?e[+][0-9]{2}$'
                ~ '|^#+$|^#(n/a|name[?]|null!|num!|ref!|value!|div/0!)$',
        },
        'date': {'pattern': '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'example': 'a date such as 2026-03-31'},
        'integer': {'pattern': '^(0|[1-9][0-9]{0,8})$', 'example': 'a whole number such as 10'},
        'time': {
            'pattern': '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$',
            'example': 'a time of day such as 09:30',
        },
        'time zone': {
            'names': modules.pytz.all_timezones | map('lower') | list,
            'example': 'a time zone such as Europe/Berlin',
        },
    }) }}
{% endmacro %}
