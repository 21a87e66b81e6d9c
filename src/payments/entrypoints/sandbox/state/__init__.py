"""How a sandbox's state outlives its process: one JSON line for each change, written before the answer goes out.

├── shelf   Shelf: gives each part its table of rows, and records what changed in them
├── lock    CommittingLock: the sandbox's lock; its outermost release writes what changed under it
├── file    StateFile: the lines; one process at a time holds them, and they are only added to
└── codec   rows as JSON and back, with their types

A line holds a whole change, so after a kill the change is in the file or not at all; the kernel has it before the
answer goes out. A power cut may lose the last moments. Settings, faults and the journal of calls belong to the process
and are not recorded.
"""
