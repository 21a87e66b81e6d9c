"""How the sandbox misbehaves."""
