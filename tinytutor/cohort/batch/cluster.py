"""A batch on a Dask cluster: the same grading, on as many machines as there are.

Dask runs whatever it is sent, by design: who can reach the scheduler owns the workers. So TLS with
the institution's own certificates, or the loopback address; and no notebook may have a network.
"""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tinytutor.cohort.batch.grading_one import Grading, GradingSettings, LocalGrading
from tinytutor.cohort.batch.local import OnGraded
from tinytutor.cohort.batch.results import (
    GradedNotebook,
    GradedStatus,
    graded_from_json,
    graded_to_json,
)
from tinytutor.cohort.batch.submissions import Submission
from tinytutor.cohort.errors import ClusterError
from tinytutor.cohort.extras import needed

RETRIES = 2
"""How often a notebook is tried again where its worker went away."""
_WINDOW = 4
"""Notebooks on the way per thread of the cluster: enough to keep it busy, no more in memory."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files with which both sides of a TLS connection prove who they are."""

    authority: Path
    certificate: Path
    key: Path


def grade_on_cluster(
    work: Iterable[Submission],
    address: str,
    certificates: Certificates | None,
    course_folder: Path | None,
    on_graded: OnGraded,
    settings: GradingSettings | None = None,
) -> None:
    """Grades all of `work` on the cluster at `address`.

    Args:
        work: the notebooks.
        address: `tls://HOST:PORT`, or `tcp://127.0.0.1:PORT` on this machine.
        certificates: needed for tls.
        course_folder: where the workers find the course, None for the one in their tinytutor.
        on_graded: told of each result as it comes.
        settings: the sandbox is that of each worker's machine.

    Raises ClusterError, ExtraMissingError.
    """
    require_safe(address, certificates)
    distributed = needed("distributed")
    client = _connect(distributed, address, certificates)
    try:
        window = _WINDOW * max(1, sum(client.nthreads().values()))
        waiting: dict[str, Submission] = {}
        arrivals = distributed.as_completed(loop=client.loop)
        for submission in work:
            waiting[submission.key] = submission
            arrivals.add(_sent(client, submission, course_folder, settings))
            while len(waiting) >= window:
                _take_next(arrivals, waiting, on_graded)
        while waiting:
            _take_next(arrivals, waiting, on_graded)
    finally:
        client.close()


def require_safe(address: str, certificates: Certificates | None) -> None:
    """Raises ClusterError for an address over which anybody could run anything."""
    parts = urlsplit(address)
    if parts.scheme == "tls" and parts.hostname:
        if certificates is None:
            raise ClusterError(
                "tls needs your cluster's certificates: --tls-ca FILE --tls-cert FILE --tls-key "
                "FILE"
            )
        return
    if parts.scheme == "tcp" and _is_loopback(parts.hostname or ""):
        return
    raise ClusterError(
        f"{address}: only tls://HOST:PORT, or tcp://127.0.0.1:PORT on this machine: whoever can "
        f"reach a Dask cluster without TLS can run anything on it"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connect(distributed: Any, address: str, certificates: Certificates | None) -> Any:
    security = None
    if certificates is not None:
        security = distributed.Security(
            tls_ca_file=str(certificates.authority),
            tls_client_cert=str(certificates.certificate),
            tls_client_key=str(certificates.key),
            require_encryption=True,
        )
    try:
        return distributed.Client(address, security=security, set_as_default=False, timeout=20)
    except (OSError, TimeoutError, ValueError) as problem:
        raise ClusterError(
            f"{address} does not answer ({problem}): is the scheduler up, and do the certificates "
            f"fit?"
        ) from None


def _sent(
    client: Any,
    submission: Submission,
    course_folder: Path | None,
    settings: GradingSettings | None,
) -> Any:
    return client.submit(
        grade_in_worker,
        submission.notebook,
        submission.module_id,
        None if course_folder is None else str(course_folder),
        (settings or GradingSettings()).to_plain(),
        key=f"grade-{submission.key}",
        pure=False,
        retries=RETRIES,
    )


def _take_next(arrivals: Any, waiting: dict[str, Submission], on_graded: OnGraded) -> None:
    future = next(arrivals)
    submission = waiting.pop(future.key.removeprefix("grade-"))
    try:
        graded = graded_from_json(future.result())
    except Exception as problem:  # Dask raises whatever the worker raised, or how it died
        fault = f"{type(problem).__name__}: {problem}"
        graded = GradedNotebook(GradedStatus.CRASHED, fault=fault)
    # What a future holds stays on the cluster for as long as it is known here.
    future.release()
    on_graded(submission, graded)


# What follows runs on the workers.

_OWN = threading.local()


def grade_in_worker(
    notebook: bytes, module_id: str, course_folder: str | None, settings: dict[str, Any]
) -> dict[str, Any]:
    """Grades one notebook in this thread, whose kernel and library stay for the next one."""
    runner: asyncio.Runner | None = getattr(_OWN, "runner", None)
    if runner is None or getattr(_OWN, "made_for", None) != (course_folder, settings):
        runner = _OWN.runner = asyncio.Runner()
        _OWN.grading = _open_grading(course_folder, GradingSettings.of_plain(settings))
        _OWN.made_for = (course_folder, settings)
    grading: Grading = _OWN.grading
    return graded_to_json(runner.run(grading.grade(notebook, module_id)))


def _open_grading(course_folder: str | None, settings: GradingSettings) -> Grading:
    from tinytutor.curriculum.loader import bundled_course_folder, load_course  # noqa: PLC0415

    folder = bundled_course_folder() if course_folder is None else Path(course_folder)
    return LocalGrading(load_course(folder), settings)
