"""A report as one HTML page with everything in it, made for printing on A4 too."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, Template
from markupsafe import Markup

from noroshi.channels.report.document import document
from noroshi.channels.report.model import Report


def write(report: Report) -> bytes:
    """The page, UTF-8; nothing in it is loaded from elsewhere."""
    drawings = [Markup(one.svg) for one in report.maps]  # noqa: S704 - drawn and escaped by us
    return _template().render(**document(report), drawings=drawings).encode()


@cache
def _template() -> Template:
    text = files(__package__).joinpath("report.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)
