"""Each check of the doctor finds its fault and names the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_output import Stream
from tinytutor.cli import diagnosis
from tinytutor.cli.diagnosis import Finding, Level
from tinytutor.cli.output import Output
from tinytutor.running.sandbox import SandboxSupport


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_packages_missing_and_old() -> None:
    requirements = [
        "no-such-package-anywhere>=1",
        "click>=999",
        "rich[extra]>=1",
        "x; extra == 'y'",
    ]
    missing, old, fine = diagnosis.check_packages(requirements)
    assert (missing.level, old.level, fine.level) == (Level.FAIL, Level.FAIL, Level.OK)
    assert "no-such-package-anywhere>=1" in missing.mend
    assert "older than 999" in old.message
    assert fine.message.startswith("rich ")


@pytest.mark.parametrize(("mib", "level"), [(10, Level.FAIL), (200, Level.WARN), (5000, Level.OK)])
def test_disk_space(mib: int, level: Level, tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    found = only(list(diagnosis.check_disk(folder, free=lambda _: mib * 2**20)))
    assert found.level is level


def test_shadows(tmp_path: Path) -> None:
    for name in ("numpy.py", "notes.py", "tinylib", "01_x.ipynb"):
        (tmp_path / name).write_text("", "utf-8")
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "__init__.py").write_text("", "utf-8")
    (tmp_path / "queue").mkdir()
    found = list(diagnosis.check_shadows(tmp_path, "tinylib"))
    assert [finding.message.split()[0] for finding in found] == ["json", "numpy.py"]
    assert all("mv " in finding.mend for finding in found)


def test_a_workspace_that_is_not_there_is_only_a_warning(tmp_path: Path) -> None:
    found = only(list(diagnosis.check_workspace(tmp_path, exists=False)))
    assert (found.level, found.mend) == (Level.WARN, "tinytutor init")


def test_a_workspace_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(diagnosis, "write_whole", refuse)
    found = only(list(diagnosis.check_workspace(tmp_path, exists=True)))
    assert found.level is Level.FAIL
    assert "Permission denied" in found.message


def test_an_encoding_without_symbols_is_a_warning() -> None:
    poor = Output(Stream("cp1252"), Stream(), {})
    assert only(list(diagnosis.check_encoding(poor))).level is Level.WARN
    rich = Output(Stream("utf-8"), Stream(), {})
    assert only(list(diagnosis.check_encoding(rich))).level is Level.OK


def test_a_small_terminal_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    output = Output(Stream(terminal=True), Stream(), {})
    for size, level in ((("60", "20"), Level.WARN), (("80", "24"), Level.OK)):
        monkeypatch.setenv("COLUMNS", size[0])
        monkeypatch.setenv("LINES", size[1])
        assert only(list(diagnosis.check_terminal(output))).level is level


@pytest.mark.parametrize(
    ("works", "found", "level", "words"),
    [
        (True, [], Level.OK, "stay inside"),
        (True, ["it reads files"], Level.FAIL, "it reads files"),
        (False, [], Level.WARN, "only what you trust"),
    ],
)
def test_the_sandbox_is_tried(
    monkeypatch: pytest.MonkeyPatch, works: bool, found: list[str], level: Level, words: str
) -> None:
    support = SandboxSupport(works, "the fact", "" if works else "the step")
    monkeypatch.setattr("tinytutor.running.sandbox.sandbox_support", lambda: support)
    monkeypatch.setattr("tinytutor.running.escapes.escapes", lambda: found)
    finding = only(list(diagnosis.check_sandbox()))
    assert finding.level is level
    assert words in finding.message
    if not works:
        assert finding.mend == "the step"


def test_a_kernel_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytutor.running.early_worker.sys.executable", "/no/such/python")
    found = only(list(diagnosis.check_kernel()))
    assert found.level is Level.FAIL
    assert "ipykernel" in found.mend
