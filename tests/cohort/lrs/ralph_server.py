"""Runs Ralph on loopback; started by the tests with the Python of Ralph's own environment."""

import os
import sys

from ralph.backends.data.base import BaseOperationType
from ralph.backends.lrs.fs import FSLRSBackend

# Its file backend only ever creates: a second POST would fail.
FSLRSBackend.default_operation_type = BaseOperationType.APPEND

import uvicorn  # noqa: E402
from ralph.api import app  # noqa: E402

if __name__ == "__main__":
    assert os.environ["RALPH_RUNSERVER_BACKEND"] == "fs"
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
