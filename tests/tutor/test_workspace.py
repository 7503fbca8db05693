"""Where a workspace is found, how it is made, and when it is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tinytutor.curriculum import Course
from tinytutor.progress.errors import StoreError
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import (
    Workspace,
    WorkspaceError,
    create_workspace,
    find_workspace,
    is_workspace,
    open_workspace,
)


def test_a_new_workspace_has_a_library_and_can_be_opened(tmp_path: Path, course: Course) -> None:
    made = create_workspace(tmp_path / "a" / "work", course)
    assert (made.library_folder / "__init__.py").is_file()
    assert open_workspace(made.folder, course) == made


def test_it_refuses_to_nest_and_says_what_to_do(workspace: Workspace, course: Course) -> None:
    with pytest.raises(WorkspaceError, match=r"inside the workspace .*--workspace"):
        create_workspace(workspace.folder / "deeper" / "still", course)
    assert not (workspace.folder / "deeper").exists()
    with pytest.raises(WorkspaceError, match="tinytutor map"):
        create_workspace(workspace.folder, course)


def test_it_refuses_a_file_and_the_source_of_a_project(tmp_path: Path, course: Course) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="is a file"):
        create_workspace(tmp_path / "file", course)
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "pyproject.toml").write_text("")
    with pytest.raises(WorkspaceError, match="source of a Python project"):
        create_workspace(tmp_path / "clone", course)
    assert not is_workspace(tmp_path / "clone")


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="permissions don't bind this user",
)
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, course: Course) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WorkspaceError, match="can't be written"):
            create_workspace(tmp_path / "work", course)
    finally:
        tmp_path.chmod(0o700)


def test_a_workspace_of_another_course_is_refused(workspace: Workspace, course: Course) -> None:
    path = workspace.state_folder / "workspace.json"
    path.write_text(path.read_text().replace(course.id, "other"))
    with pytest.raises(WorkspaceError, match=r"of the course 'other'.*--course"):
        open_workspace(workspace.folder, course)
    path.write_text("garbage")
    with pytest.raises(WorkspaceError, match="can't be read"):
        open_workspace(workspace.folder, course)


def test_no_workspace_names_the_command_that_makes_one(tmp_path: Path, course: Course) -> None:
    with pytest.raises(WorkspaceError, match="tinytutor init"):
        open_workspace(tmp_path, course)


def test_it_is_found_by_flag_then_variable_then_around_then_home(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("TINYTUTOR_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert find_workspace() == tmp_path / "tinytutor-workspace"
    inside = workspace.folder / "notes"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert find_workspace() == workspace.folder
    monkeypatch.setenv("TINYTUTOR_WORKSPACE", str(tmp_path / "named"))
    assert find_workspace() == tmp_path / "named"
    assert find_workspace(tmp_path / "flag") == tmp_path / "flag"


def test_a_lost_store_is_told_and_never_taken_for_a_new_one(workspace: Workspace) -> None:
    workspace.store_path.unlink()
    with pytest.raises(StoreError, match="tinytutor doctor"):
        Tutor(workspace)
    assert not workspace.store_path.exists()
