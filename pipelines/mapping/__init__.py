"""The mapping as reviewed code: what its rows decide, what an edit would move, what is wrong or missing.

Checking imports neither dbt nor dlt, which take seconds to start.
"""
