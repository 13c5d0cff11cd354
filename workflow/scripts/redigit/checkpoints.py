"""What checkpoints of perceptrons ask of other settings; apart, since pandas is slow to load."""

from redigit.settings import Settings
from redigit.validation import Problem


def find_checkpoint_problem(settings: Settings) -> Problem | None:
    """Find a checkpoint that is none of the iterations: its keys and description, if any."""
    for index, checkpoint in enumerate(settings["checkpoints"]):
        if checkpoint > settings["iterations"]:
            allowed = f"up to iterations, {settings['iterations']}"
            return ["checkpoints", str(index)], f"found {checkpoint}; allowed is {allowed}"
    return None
