"""Dashboards over the published marts: what people who decide read."""
