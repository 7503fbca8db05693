"""What the screens look like at three sizes, dark and light; `golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.golden import FOLDER, SCREENS, SIZES, picture


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_looks_as_it_did(
    home: Path, monkeypatch: pytest.MonkeyPatch, screen: str, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("TINYTUTOR_CONFIG", "")
    monkeypatch.setenv("TINYTUTOR_ASCII", "0")
    golden = FOLDER / f"{screen}_{size[0]}.txt"
    assert (await picture(home, screen, size)).splitlines() == golden.read_text(
        "utf-8"
    ).splitlines()
