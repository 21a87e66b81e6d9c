"""Rotation: secrets are replaced in a running process, without a restart.

├── parts       what is made of secrets: vault, signatures, answers, who reads which token
├── renewals    Renewals: what must be made anew when they change, all of it or nothing
├── changes     which settings differ, and which of them a running process may take
├── reloading   Reloading: loads the settings again, and renews what is made of them
└── watching    when it does: a file has changed, or SIGHUP came
"""
