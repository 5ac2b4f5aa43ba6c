{{ config(materialized='view') }}

{{ union_shape('releases') }}
