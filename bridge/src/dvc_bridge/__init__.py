"""Keeps a Snakemake workflow and a DVC pipeline in step: one graph, two engines."""

from dvc_bridge.attach import attach_bridge
from dvc_bridge.closure import import_closure

__all__ = ["attach_bridge", "import_closure"]
__version__ = "0.1.0"
