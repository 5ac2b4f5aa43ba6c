"""Mapping as reviewed code: what helps analysts with the CSVs that give the tools' words their meaning.

Nothing here imports dbt or dlt, which take seconds to start, before it is needed.
"""
