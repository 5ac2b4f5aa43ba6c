{{ config(materialized='view') }}

{{ union_shape('deployments') }}
