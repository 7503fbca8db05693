"""Reads a lesson file of any kind into a `Material`. Never raises for what the file holds."""

from __future__ import annotations

from pathlib import Path

from tinytutor.review.dialects import read_script
from tinytutor.review.material import Fault, Material
from tinytutor.review.notebook_file import UnreadableError, read_notebook


def read_material(path: Path) -> Material:
    """The lesson; one without cells, with the reason in `faults`, where it can't be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(path, f"can't be opened: {error.strerror}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable(path, f"no UTF-8 text: byte {error.start} is {data[error.start]:#04x}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        return _unreadable(path, "no text: it holds NUL bytes")
    if path.suffix == ".ipynb":
        try:
            return read_notebook(path, text)
        except UnreadableError as error:
            return _unreadable(path, str(error))
    return read_script(path, text)


def _unreadable(path: Path, why: str) -> Material:
    notebook = path.suffix == ".ipynb"
    return Material(path, "", (), notebook, notebook, faults=(Fault(1, why),))
