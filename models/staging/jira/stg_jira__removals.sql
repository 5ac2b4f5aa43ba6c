{{ config(enabled='jira' in var('tools')) }}

{{ newest_removals('raw_jira') }}
