{{ config(materialized='view') }}

{{ union_shape('changeset_links') }}
