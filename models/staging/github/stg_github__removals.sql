{{ config(enabled='github' in var('tools')) }}

{{ newest_removals('raw_github') }}
