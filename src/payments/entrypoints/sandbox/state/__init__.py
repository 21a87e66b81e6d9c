"""The file that keeps what a sandbox knows."""
