"""The demo organisation: a made-up company, the stand-ins that serve its records, and its true figures."""
