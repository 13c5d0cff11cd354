"""Fills in the templates. A page is one file: its style and its script stand in it.

Each page forbids the browser, by a Content-Security-Policy, to load anything but pictures that lie
beside it and to run or apply anything but that one script and style, which it names by their
hashes.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from redigit.marks import GROUPS, VERDICTS, count_groups, lay_out_bar
from redigit.wording import format_number, format_runs, format_setting, format_spread

STYLE = "page.css"


def render_page(
    templates: Sequence[Path], name: str, script: str | None = None, **context: Any
) -> str:
    """Fill in a template.

    Parameters
    ----------
    templates : sequence of Path
        Every file that may be opened; templates name each other by file name.
    name : str
        File name of the one to fill in.
    script : str, optional
        File name of the page's script; none if it is left out.
    **context
        Its variables. One that is missing is an error, and every text is escaped.
    """
    sources = {path.name: path.read_text() for path in templates}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "words": lambda name: name.replace("_", " "),
        "number": format_number,
        "spread": format_spread,
        "runs": format_runs,
        "setting": format_setting,
        "data": format_data,
    }
    environment.globals |= {
        "verdicts": VERDICTS,
        "groups": GROUPS,
        "lay_out_bar": lay_out_bar,
        "count_groups": count_groups,
    }
    style, code = sources[STYLE], sources[script] if script else ""
    page = {"style": Markup(style), "script": Markup(code), "policy": write_policy(style, code)}
    return environment.get_template(name).render(**page, **context)


def write_policy(style: str, script: str) -> str:
    """Write the Content-Security-Policy of a page that has one style and one script, or none."""
    # Some browsers do not take a file beside the page for the page's own.
    pictures = "img-src 'self' file: data:"
    allowed = f"script-src {name_hash(script)}" if script else "script-src 'none'"
    rest = "base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; style-src {name_hash(style)}; {allowed}; {pictures}; {rest}"


def name_hash(text: str) -> str:
    """Name a text by its hash, as a Content-Security-Policy does."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def format_data(value: Any) -> Markup:
    """Format a value as JSON that may stand in a script element: nothing in it can end that."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))
