{#
    Where a seed's file is not in the form that dbt reads without loss, as a list of line, kind (of seed_words) and what
    fills in its words. dbt would read a file with semicolons as one column, drop what it takes for null, fill up short
    rows and swallow the rows after a lost quote, all in silence. Windows line ends, a byte order mark, outer blanks and
    needless quotes do no harm.
    `text` is none if the file is not UTF-8. `streamgauge check` renders this macro, too: no SQL.
#}
{% macro seed_form_problems(text, columns) %}
    {% set problems = [] %}
    {% set invisible = '\\x00-\\x1f\\x7f-\\xa0\\xad\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f\\u2060\\u3000\\ufeff' %}
    {% set quoted = '"(?:[^"]|"")*"' %}
    {% set row = '(?:[^",]*|' ~ quoted ~ ')(?:,(?:[^",]*|' ~ quoted ~ '))*' %}
    {% if text is none %}
        {% do problems.append({'line': 1, 'kind': 'not_utf8'}) %}
    {% else %}
        {% set bare = text[1:] if text[:1] == '\ufeff' else text %}
        {% set lines = bare.replace('\r\n', '\n').replace('\r', '\n').split('\n') %}
        {% set is_headed = lines[0] == columns | join(',') %}
        {% if not is_headed %}
            {% do problems.append({'line': 1, 'kind': 'header', 'header': columns | join(',')}) %}
        {% endif %}
        {% for line in (lines[1:-1] if lines[-1] == '' else lines[1:]) if is_headed %}
            {% set number = loop.index + 1 %}
            {% set found = modules.re.sub(quoted, '', line).count(',') + 1 %}
            {% if not modules.re.search('[^",\\s' ~ invisible ~ ']', line) %}
                {% do problems.append({'line': number, 'kind': 'blank_row'}) %}
            {% elif not modules.re.fullmatch(row, line) %}
                {% do problems.append({'line': number, 'kind': 'quotes'}) %}
            {% elif found != columns | length %}
                {% do problems.append({
                    'line': number, 'kind': 'cells', 'found': found, 'expected': columns | length,
                }) %}
            {% else %}
                {% for cell in modules.re.findall('(?:^|,)(' ~ quoted ~ '|[^",]*)', line) %}
                    {% set place = {'line': number, 'column': columns[loop.index0]} %}
                    {% if modules.re.fullmatch('"?\\s*null\\s*"?', cell, modules.re.IGNORECASE) %}
                        {% do problems.append(dict(place, kind='null')) %}
                    {% elif modules.re.search('^"? *[' ~ invisible ~ ']|[' ~ invisible ~ '] *"?$', cell) %}
                        {% do problems.append(dict(place, kind='invisible')) %}
                    {% endif %}
                {% endfor %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {{ return(problems) }}
{% endmacro %}
