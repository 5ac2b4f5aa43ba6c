{{ config(materialized='view') }}

{{ union_shape('changesets') }}
