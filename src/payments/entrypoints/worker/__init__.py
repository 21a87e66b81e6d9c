"""The worker: background work that no request triggers. Each task runs in its own loops.

├── running      Worker: all loops and their health; `running_worker` inside another program, `serve` until a signal
├── pace         Pace: how often, and how much at once
├── loops        Loop: a thread that survives errors in its steps
├── sweeping     the step that checks due payments with the provider
├── reconciling  the steps that compare our payments with the provider's list
├── delivering   the step that delivers messages to the shop
├── forgetting   the step that deletes old idempotency keys, and messages that nobody receives
├── watching     the step that compares the clock with the database's
└── batch_log    log lines for a batch of payments

Any number of workers may run next to each other and next to HTTP processes. What one has claimed is left alone by the
others until its lease ends, so a worker that is killed loses nothing.
"""

from payments.entrypoints.worker.loops import Health
from payments.entrypoints.worker.pace import Pace
from payments.entrypoints.worker.running import Worker, running_worker, serve

__all__ = ["Health", "Pace", "Worker", "running_worker", "serve"]
