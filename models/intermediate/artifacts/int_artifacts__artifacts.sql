{{ union_shape('artifacts') }}
