"""The batch on a real Dask cluster over TLS: a scheduler and two workers, one killed at work."""

from __future__ import annotations

import datetime
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="needs `pip install 'tinytutor[cluster]'`")
pytest.importorskip("cryptography", reason="makes the certificates of this test")

from tests.cohort.batch.submissions import MODULE, RIGHT, WRONG, hand_in, notebook_of
from tests.courses import build_course
from tinytutor.cohort.batch.batch import run_batch
from tinytutor.cohort.batch.cluster import Certificates, grade_on_cluster, require_safe
from tinytutor.cohort.batch.journal import read_journal
from tinytutor.cohort.batch.results import Agreement, GradedSubmission
from tinytutor.cohort.errors import ClusterError
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.curriculum.loader import load_course


def make_certificates(folder: Path) -> Certificates:
    """An authority, and one certificate of it that all sides share."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def signed(subject: str, public: ec.EllipticCurvePublicKey, *, ca: bool) -> bytes:
        built = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("authority"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=12))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(authority_key, hashes.SHA256())
        )
        return built.public_bytes(serialization.Encoding.PEM)

    paths = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    paths.authority.write_bytes(signed("authority", authority_key.public_key(), ca=True))
    paths.certificate.write_bytes(signed("node", key.public_key(), ca=False))
    paths.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@dataclass
class Cluster:
    address: str
    certificates: Certificates
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    certificates = make_certificates(folder)
    tls = [
        "--tls-ca-file", str(certificates.authority), "--tls-cert", str(certificates.certificate),
        "--tls-key", str(certificates.key), "--no-dashboard",
    ]  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tls://127.0.0.1:{port}"
    started: list[subprocess.Popen[bytes]] = []

    def start(log: str, words: str, *command: str) -> subprocess.Popen[bytes]:
        """Starts a process and waits until it says the words."""
        with (folder / log).open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + command[0], *command[1:], *tls],
                stdout=file,
                stderr=file,
                cwd=folder,
                start_new_session=True,
            )
        started.append(process)
        for _ in range(1200):
            if words in (folder / log).read_text("utf-8", "replace"):
                return process
            assert process.poll() is None, (folder / log).read_text("utf-8", "replace")
            time.sleep(0.05)
        raise AssertionError(f"no {words!r} in {log}")

    loopback = ("--host", "127.0.0.1")
    worker = ("dask_worker", address, "--nthreads", "1", "--no-nanny", *loopback)
    try:
        start("scheduler", "Scheduler at:", "dask_scheduler", *loopback, "--port", str(port))
        workers = [start(f"worker{n}", "Registered to:", *worker) for n in range(2)]
        yield Cluster(address, certificates, workers)
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_killed_worker_costs_nothing(cluster: Cluster, tmp_path: Path) -> None:
    course_folder = build_course(tmp_path / "course")
    course = load_course(course_folder)
    bundles = tmp_path / "in"
    bundles.mkdir()
    both = {"double": "passed", "half": "passed"}
    for number in range(14):
        solutions = WRONG if number % 4 == 0 else RIGHT
        hand_in(bundles / f"s{number:02}.zip", course, notebook_of(course, solutions), both)
    inbox = look_at(find_bundles([bundles]), course)
    killed = []

    def tell(result: GradedSubmission, done: int) -> None:
        if done == 4:
            victim = cluster.workers[0]
            os.killpg(victim.pid, signal.SIGKILL)
            killed.append(victim.wait())

    batch = run_batch(
        inbox,
        course,
        [MODULE],
        tmp_path / "out",
        lambda work, keep: grade_on_cluster(
            work, cluster.address, cluster.certificates, course_folder, keep
        ),
        tell,
    )
    assert killed
    found = {each.student: each for each in batch.graded}
    assert found.keys() == {f"s{number:02}" for number in range(14)}
    for number in range(14):
        result = found[f"s{number:02}"]
        wrong = number % 4 == 0
        assert result.graded.status.value == ("failed" if wrong else "passed"), result.graded.fault
        assert result.agreement is (Agreement.DIFFERENT if wrong else Agreement.SAME)
    keys = Counter(each.key for each in read_journal(tmp_path / "out"))
    assert set(keys.values()) == {1}


def test_nobody_without_the_certificate_gets_in(cluster: Cluster, tmp_path: Path) -> None:
    stranger = make_certificates(tmp_path)
    began = time.monotonic()
    with pytest.raises(ClusterError, match="does not answer"):
        grade_on_cluster([], cluster.address, stranger, None, lambda submission, graded: None)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tcp://10.0.0.1:8786", "only tls://"),
        ("tcp://example.org:8786", "only tls://"),
        ("127.0.0.1:8786", "only tls://"),
        ("ucx://127.0.0.1:8786", "only tls://"),
        ("tls://127.0.0.1:8786", "--tls-ca"),
    ],
)
def test_an_open_cluster_is_refused(address: str, words: str) -> None:
    with pytest.raises(ClusterError, match=words):
        require_safe(address, None)


def test_this_machine_alone_needs_no_certificate() -> None:
    require_safe("tcp://127.0.0.1:8786", None)
    require_safe("tcp://localhost:8786", None)
