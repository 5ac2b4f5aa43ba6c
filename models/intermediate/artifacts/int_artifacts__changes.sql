{{ config(materialized='view') }}

{{ union_shape('artifact_changes') }}
