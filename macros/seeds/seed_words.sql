{#
    What is said of each kind of problem in a seed, by dbt and by `streamgauge check` alike: what is wrong, and how to
    mend it. {names} in braces are filled in.
#}
{% macro seed_words() %}
    {{ return({
        'not_utf8': "is not UTF-8 text: save it as CSV UTF-8.",
        'header': "the header must be {header}.",
        'blank_row': "is blank: delete it.",
        'quotes': "has a quote out of place: put the whole cell in quotes, on one line, and double a quote inside it.",
        'cells': "has {found} cells instead of {expected}: each column needs one, a blank cell too, and a cell that"
            ~ " contains a comma needs quotes.",
        'null': "{column} says null, which dbt reads as blank: leave it blank, or write another word.",
        'invisible': "{column} begins or ends with an invisible character, such as a tab or a no-break space:"
            ~ " delete it.",
        'blank': "{column} is blank: every row of this seed needs one.",
        'not_allowed': "{column} '{value}' is not one of {choices}: write one of these.",
        'not_allowed_of': "{column} '{value}' of a {kind} is not one of {choices}: write one of these.",
        'reserved': "{column} '{value}' is the name of what no row takes: choose another.",
        'unknown': "{column} '{value}' is not in {seed}.csv: add it there, or correct it here.",
        'malformed': "{column} '{value}' is not {example}.",
        'rewritten': "{column} '{value}' is what spreadsheets make of other values: write what the tool says.",
        'disorder': "{earlier} is not before {later}: put them in order.",
        'twice': "stands twice: {columns} must be unique, delete one.",
        'same': "says the same as {others}: delete one.",
        'tied': "cannot be told apart from {others}: delete one, or give one a precedence or other dates.",
        'never_wins': "can never win, since it always loses to {others}: delete it, or change precedence or dates.",
        'overlap': "overlaps with {others}: correct the hours of one.",
        'several': "has several time zones, {one} and {other}: make a calendar of its own for each.",
        'circle': "is its own ancestor: correct {parent} in one of the rows of this circle.",
    }) }}
{% endmacro %}
