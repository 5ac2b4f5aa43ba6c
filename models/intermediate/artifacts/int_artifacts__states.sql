{{ config(materialized='view') }}

{{ union_shape('states') }}
