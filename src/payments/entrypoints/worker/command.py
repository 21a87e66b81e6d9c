"""The command: `payments worker` sweeps, walks and delivers until it is asked to stop."""

from pathlib import Path

from payments.entrypoints.bootstrap import opened
from payments.entrypoints.settings import Settings
from payments.entrypoints.worker.pace import Pace
from payments.entrypoints.worker.running import Worker, serve


def worker(settings: Settings, *, pace: Pace | None = None, heartbeat: Path | None = None) -> int:
    """Run a worker of this process until SIGTERM or SIGINT; returns the exit code: 1 if it ended by itself."""
    with opened(settings) as service:
        return serve(Worker.of(service, pace, heartbeat))
