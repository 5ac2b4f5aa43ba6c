{{ config(materialized='view') }}

{{ union_shape('reviews') }}
