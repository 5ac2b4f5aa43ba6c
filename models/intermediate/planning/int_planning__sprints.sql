{{ config(materialized='view') }}

{{ union_shape('sprints') }}
