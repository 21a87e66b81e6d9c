"""The worker: what nobody calls happens here, each chore in loops of its own.

├── command      `payments worker`
├── running      Worker: all loops, their health; `running_worker` inside another program, `serve` until a signal
├── pace         Pace: how often, how much at once
├── loops        Loop: a thread that survives what its steps raise
├── looking      the steps that ask the provider: the sweep of what is due, the walks of its list
├── delivering   the step that tells the shop
└── forgetting   the step that drops old idempotency keys, and messages that nobody is told

Any number may run beside each other and beside HTTP processes: what one has claimed is nobody else's until its lease
ends, so one that is killed loses nothing.
"""

from payments.entrypoints.worker.loops import Health
from payments.entrypoints.worker.pace import Pace
from payments.entrypoints.worker.running import Worker, running_worker, serve

__all__ = ["Health", "Pace", "Worker", "running_worker", "serve"]
