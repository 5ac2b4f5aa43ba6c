{{ config(materialized='view') }}

{{ union_shape('artifacts') }}
