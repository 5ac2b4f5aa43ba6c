{{ config(materialized='view') }}

{{ union_shape('builds') }}
