"""The error of `streamgauge gaps`, `impact` and `explain` that a user sees."""


class MappingError(Exception):
    """What was asked for cannot be answered; the message says why, and what to do."""
