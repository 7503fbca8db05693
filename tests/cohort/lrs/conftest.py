"""A real learning record store: Ralph, in an environment of its own, on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import pytest

from tinytutor.cohort.lrs.sending import Store

RALPH = ("ralph-malph[lrs,cli]==5.1.0", "requests")
"""Ralph and what its extras forget. Its pins clash with ours."""


@dataclass(frozen=True)
class Ralph:
    store: Store
    file: Path
    """Where it keeps its statements."""


def ralph_python() -> Path:
    """The Python of Ralph's environment, made when it is first needed; skips where it can't be."""
    fcntl = pytest.importorskip("fcntl", reason="no lock for making an environment once")
    home = Path(platformdirs.user_cache_dir("tinytutor-tests")) / "ralph-5.1.0"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = home / "venv" / "bin" / "python"
        if not (home / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", home / "venv"], check=True)
            installed = subprocess.run(
                [python, "-m", "pip", "install", "--quiet", *RALPH],
                capture_output=True,
                text=True,
                check=False,
            )
            if installed.returncode:
                pytest.skip(f"Ralph can't be installed here: {installed.stderr.strip()[-200:]}")
            (home / "ready").touch()
    return python


@pytest.fixture(scope="session")
def ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ralph]:
    python = ralph_python()
    folder = tmp_path_factory.mktemp("ralph")
    data = folder / "data"
    data.mkdir()
    environment = {
        **os.environ,
        "RALPH_APP_DIR": str(folder / "app"),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(data),
    }
    home_page = "https://learn.example.edu"
    subprocess.run(
        [
            python.with_name("ralph"), "auth", "-u", "tutor", "-p", "secret", "-s", "all",
            "-A", "tutor", home_page, "-w",
        ],
        env=environment, check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [python, Path(__file__).with_name("ralph_server.py"), str(port)],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(600):
            assert server.poll() is None, (folder / "log").read_text()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/__heartbeat__", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        store = Store(f"http://127.0.0.1:{port}/xAPI", "tutor", "secret")
        yield Ralph(store, data / "fs_lrs.jsonl")
    finally:
        server.kill()
        server.wait()
