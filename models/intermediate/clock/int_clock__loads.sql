{{ config(materialized='view') }}

{{ union_shape('loads') }}
