"""What the student chose, kept in a file of their own. A broken file is put aside, never fatal."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tinytutor.files import write_whole

CONFIG_VARIABLE = "TINYTUTOR_CONFIG"
"""Names a settings file to use in place of the usual one."""


@dataclass(frozen=True)
class Settings:
    """The choices. Each field's metadata holds the words of the settings screen."""

    theme: str = "tinytutor-dark"
    """Name of a theme; an unknown one falls back to ours."""
    celebrate: bool = True
    """Whether a pass opens a panel."""
    run_on_outside_save: bool = True
    """Whether a save in another editor runs the exercise's tests."""
    quiz: bool = True
    """Whether questions come at the start of a session."""
    close_pairs: bool = True
    """Whether the editor closes brackets and quotes."""
    soft_wrap: bool = False
    """Whether long lines of code are folded."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command id → keys, in place of the usual ones."""


def settings_file() -> Path:
    """Where the settings are kept."""
    chosen = os.environ.get(CONFIG_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs  # noqa: PLC0415  not needed where the variable is set

    return Path(platformdirs.user_config_dir("tinytutor", appauthor=False)) / "settings.json"


def load_settings(path: Path) -> Settings:
    """The settings in the file; what is missing or malformed there keeps its usual value."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError):
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".broken.json"))
        return Settings()
    return _from_json(raw)


def save_settings(path: Path, settings: Settings) -> None:
    """Writes the file whole. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(settings), indent=2, sort_keys=True) + "\n")


def _from_json(raw: object) -> Settings:
    if not isinstance(raw, dict):
        return Settings()
    known: dict[str, Any] = {}
    defaults = Settings()
    for item in fields(Settings):
        value = raw.get(item.name)
        if item.name == "keys":
            pairs = value.items() if isinstance(value, dict) else ()
            known["keys"] = {k: v for k, v in pairs if isinstance(k, str) and isinstance(v, str)}
        elif type(value) is type(getattr(defaults, item.name)):
            known[item.name] = value
    return Settings(**known)
