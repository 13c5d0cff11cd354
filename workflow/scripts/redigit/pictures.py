"""Figures as the pages show them."""

import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from redigit.errors import InputError
from redigit.settings import Settings

PIXELS_PER_POINT = 4 / 3


def describe_figure(definition: Settings, path: Path, page: Path) -> dict[str, Any]:
    """Read a figure's size in pixels and what it shows in words, beside its definition."""
    try:
        root = ElementTree.parse(path).getroot()
        width, height = (
            float(root.attrib[name].removesuffix("pt")) for name in ("width", "height")
        )
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not an SVG file with a size in points") from error
    words = root.findtext(".//{http://purl.org/dc/elements/1.1/}description")
    if not words:
        raise InputError(f"{path}: says nowhere in words what it shows")
    return {
        **definition,
        "name": path.stem,
        "source": os.path.relpath(path, page.parent),
        "words": words,
        "width": round(width * PIXELS_PER_POINT),
        "height": round(height * PIXELS_PER_POINT),
    }
