{{ config(materialized='view') }}

{{ union_shape('commits') }}
