"""The one error that the bridge raises for a workflow or a file it cannot accept."""


class BridgeError(Exception):
    """What is wrong, where, and what is allowed, in one line."""
