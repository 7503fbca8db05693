"""What code in a box tries to reach is not there, or says no; the host stays as it was."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running.attacks.conftest import Attack
from tests.running.conftest import finished, output
from tinytutor.running.escapes import escapes
from tinytutor.running.events import CellStatus
from tinytutor.running.sandbox import (
    NoSandboxError,
    SandboxChoice,
    SandboxMode,
    SandboxSupport,
    choose_sandbox,
    give_to_box,
    sandbox_support,
    sandboxed_command,
)
from tinytutor.running.sandbox.box import Box, python_paths
from tinytutor.running.sandbox.bubblewrap import wrap

ROOT = Path(__file__).parents[3]


async def test_secrets_solutions_and_the_store_are_not_there(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    store = home / "tinytutor" / ".tinytutor" / "progress.sqlite"
    for secret in (home / ".ssh" / "id_rsa", store):
        secret.parent.mkdir(parents=True)
        secret.write_text("secret")
        secret.chmod(0o666)
    tmp_path.chmod(0o777)
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    places = [home / ".ssh" / "id_rsa", store, ROOT / "modules", ROOT / "curriculum", Path("/home")]
    events = await attack(
        f"import os\nprint([os.path.exists(p) for p in {[str(p) for p in places]}])",
        f"open({str(store)!r}, 'w')",
        "import os; print('SECRET_TOKEN' in os.environ, 'hush' in str(os.environ))",
        "import os\nfor pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "    try: print(b'hush' in open(f'/proc/{pid}/environ', 'rb').read())\n"
        "    except OSError as problem: print(False)",
        "import tinytutor, pathlib\n"
        "print(list(pathlib.Path(tinytutor.__file__).parent.glob('_course/*')))",
    )
    assert output(events, "c0") == f"{[False] * len(places)}\n"
    error = finished(events)["c1"].error
    assert error is not None
    assert error.type == "FileNotFoundError"
    assert store.read_text() == "secret"
    assert output(events, "c2") == "False False\n"
    assert set(output(events, "c3").split()) == {"False"}
    assert output(events, "c4") == "[]\n"


async def test_there_is_no_network(attack: Attack) -> None:
    name = f"\0tinytutor-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        port = server.getsockname()[1]
        events = await attack(
            f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
            "import socket; socket.create_server(('127.0.0.1', 0))",
            "import socket; socket.getaddrinfo('example.org', 80)",
            "import socket; socket.socket(40, socket.SOCK_STREAM)",  # AF_VSOCK: out to a host
            "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})",
        )
    assert [end.status for end in finished(events).values()] == [CellStatus.ERROR] * 6
    assert {end.error.type for end in finished(events).values() if end.error} <= {
        "OSError",
        "gaierror",
        "ConnectionRefusedError",
    }


@pytest.mark.parametrize("way", ["bubblewrap", "entry"])
def test_what_is_hidden_looks_empty(kind_of_box: str, way: str, tmp_path: Path) -> None:
    for name in ("job", "seen/hidden", "box"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "seen" / "hidden" / "solution").write_text("x")
    give_to_box(tmp_path / "job")
    seen = str(tmp_path / "seen")
    box = Box(str(tmp_path / "job"), (*python_paths(), seen), (f"{seen}/hidden",))
    look = f"import os; print(os.listdir({seen!r}), os.listdir({seen + '/hidden'!r}))"
    if way == "bubblewrap":
        command = wrap([sys.executable, "-c", look], box, {})
    else:
        enter = (
            "import json, os, sys, pathlib\n"
            "from tinytutor.running.sandbox import entry\n"
            "from tinytutor.running.sandbox.box import Box\n"
            "entry.leave_processes()\n"
            "if os.fork():\n    os.wait()\n    os._exit(0)\n"
            "entry.enter(Box.from_json(json.loads(sys.argv[1])), pathlib.Path(sys.argv[2]))\n"
            f"{look}"
        )
        place = str(tmp_path / "box" / "root")
        command = [sys.executable, "-c", enter, json.dumps(box.as_json()), place]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout == "['hidden'] []\n", ran.stderr


async def test_the_system_is_read_only_and_rights_are_gone(attack: Attack, tmp_path: Path) -> None:
    places = ["/usr/x", "/etc/x", "/x", "/dev/x", "/proc/sys/kernel/core_pattern", "/root/x"]
    events = await attack(
        *[f"open({place!r}, 'w')" for place in places],
        "print([line for line in open('/proc/self/status')"
        " if line.startswith(('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp:'))])",
        "open('mine', 'w').write('x'); open('/tmp/mine', 'w').write('x')",
    )
    ended = finished(events)
    for number, place in enumerate(places):
        assert ended[f"c{number}"].status is CellStatus.ERROR, place
    rights = output(events, f"c{len(places)}")
    for right in ("CapEff:\\t0000000000000000", "CapBnd:\\t0000000000000000"):
        assert right in rights
    assert "NoNewPrivs:\\t1" in rights
    assert "Seccomp:\\t2" in rights
    assert ended[f"c{len(places) + 1}"].status is CellStatus.OK
    assert (tmp_path / "job" / "mine").read_text() == "x"
    assert not Path("/tmp/mine").exists()


async def test_dangerous_system_calls_say_no(attack: Attack) -> None:
    calls = {
        "unshare": "libc.unshare(0x10000000)",
        "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        "ptrace": "libc.ptrace(0, 0, 0, 0)",
        "setns": "libc.setns(0, 0)",
        "chroot": "libc.chroot(b'/tmp')",
        "keyctl": "libc.syscall(250 if x86 else 219, 0, 0, 0, 0, 0)",
        "bpf": "libc.syscall(321 if x86 else 280, 0, 0, 0)",
        "io_uring_setup": "libc.syscall(425, 1, None)",
        "userfaultfd": "libc.syscall(323 if x86 else 282, 0)",
        "clone3": "libc.syscall(435, None, 0)",
        "clone with a new user namespace": "libc.syscall(56 if x86 else 220, 0x10000000, 0)",
    }
    begin = (
        "import ctypes, platform\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "x86 = platform.machine() == 'x86_64'\n"
    )
    show = "\n".join(f"print({call}, ctypes.get_errno())" for call in calls.values())
    events = await attack(begin + show)
    answers = dict(zip(calls, output(events, "c0").splitlines(), strict=True))
    assert answers.pop("clone3") == "-1 38", "no such call: the C library then uses clone"
    assert set(answers.values()) == {"-1 1"}, answers


async def test_others_processes_cannot_be_seen_or_signalled(attack: Attack) -> None:
    events = await attack(
        "import os\nprint(len([p for p in os.listdir('/proc') if p.isdigit()]))",
        f"import os; os.kill({os.getpid()}, 0)",
        "import os\nfor n in (9, 15, 2, 1):\n"
        "    try: os.kill(1, n)\n"
        "    except PermissionError: pass\n"
        "print('still here')",
    )
    assert int(output(events, "c0")) <= 3
    error = finished(events)["c1"].error
    assert error is not None
    assert error.type == "ProcessLookupError"
    assert output(events, "c2") == "still here\n"


async def test_no_descriptor_is_inherited(attack: Attack, tmp_path: Path) -> None:
    leak = tmp_path / "leak"
    leak.write_text("")
    with leak.open("w") as file:
        os.set_inheritable(file.fileno(), True)
        events = await attack(
            "import os\nfor n in map(int, os.listdir('/proc/self/fd')):\n"
            "    try: print(os.readlink(f'/proc/self/fd/{n}'), os.isatty(n))\n"
            "    except OSError: pass",
            "import os\nfor n in range(256):\n"
            "    try: os.isatty(n) and os.write(n, b'\\x1b]0;owned\\x07')\n"
            "    except OSError: pass",
            "open('/dev/tty', 'w')",
        )
    kinds = output(events, "c0").splitlines()
    assert kinds
    assert not [kind for kind in kinds if kind.endswith("True")]
    files = [kind.split()[0] for kind in kinds if kind.startswith("/")]
    assert set(files) <= {"/dev/null", "/dev/urandom"} or all(
        file.startswith(("/dev/", "/proc/", "/tmp/")) for file in files
    )
    assert leak.read_text() == ""
    assert finished(events)["c2"].status is CellStatus.ERROR


def test_the_short_attacks_find_no_way_out(kind_of_box: str) -> None:
    assert escapes() == []


def test_the_short_attacks_would_find_a_way_out(kind_of_box: str) -> None:
    found = " ".join(escapes(sandbox=False))
    for what in ("reads files", "writes files", "environment", "network", "signal", "sockets of"):
        assert what in found


def test_a_command_is_boxed_too(kind_of_box: str, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "shown").write_text("shown")
    (tmp_path / "not shown").write_text("not shown")
    give_to_box(tmp_path / "inside")
    program = (
        "import os, sys\n"
        f"print(open({str(tmp_path / 'shown')!r}).read(), os.path.exists("
        f"{str(tmp_path / 'not shown')!r}), os.getcwd(), os.environ['GIVEN'])\n"
        "open('made', 'w').write('x')\n"
        "sys.exit(7)"
    )
    command = sandboxed_command(
        [sys.executable, "-c", program],
        folder=tmp_path / "inside",
        readable=[tmp_path / "shown"],
        environment={"GIVEN": "yes"},
    )
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (7, "")
    assert ran.stdout == f"shown False {tmp_path / 'inside'} yes\n"
    assert (tmp_path / "inside" / "made").read_text() == "x"


def test_what_only_linux_has_is_not_imported_elsewhere() -> None:
    elsewhere = (
        "import ctypes, sys\n"
        "sys.modules['resource'] = None\n"
        "ctypes.CDLL = None\n"
        "import tinytutor.running.sandbox, tinytutor.running.processes, tinytutor.running.limits\n"
        "import tinytutor.running.escapes, tinytutor.running.watchdog"
    )
    program = [sys.executable, "-c", elsewhere]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root gives away")
@pytest.mark.parametrize("folder", [Path("/"), ROOT, ROOT / "tinytutor", Path.home()])
def test_no_folder_but_a_jobs_is_given_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[object] = []
    monkeypatch.setattr("tinytutor.running.sandbox.support.subprocess.run", ran.append)
    with pytest.raises(PermissionError, match="lies in it"):
        give_to_box(folder)
    assert not ran


def test_a_required_sandbox_refuses_and_an_automatic_one_warns() -> None:
    works = SandboxSupport(True, "yes")
    missing = SandboxSupport(False, "bubblewrap is not installed", "install it")
    for mode in (SandboxMode.AUTO, SandboxMode.REQUIRE):
        assert choose_sandbox(mode, works) == SandboxChoice(True)
    assert choose_sandbox(SandboxMode.OFF, works) == SandboxChoice(False)
    choice = choose_sandbox(SandboxMode.AUTO, missing)
    assert not choice.boxed
    assert "install it" in choice.warning
    with pytest.raises(NoSandboxError, match="not installed: install it"):
        choose_sandbox(SandboxMode.REQUIRE, missing)


@pytest.mark.parametrize(
    ("platform", "program", "words"),
    [("darwin", "bwrap", "Linux"), ("win32", "bwrap", "Linux"), ("linux", None, "bubblewrap")],
)
def test_where_there_is_no_sandbox_the_next_step_is_told(
    monkeypatch: pytest.MonkeyPatch, platform: str, program: str | None, words: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr("shutil.which", lambda name: program if name == "bwrap" else None)
    support = sandbox_support.__wrapped__()
    assert not support.works
    assert words in support.message + support.mend
    assert support.mend
