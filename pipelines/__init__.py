"""Loads the raw records of software delivery tools."""
