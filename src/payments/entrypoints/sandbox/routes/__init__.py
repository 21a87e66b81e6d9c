"""The routes of the original's API: each handler is a plain function of the sandbox and one call."""
