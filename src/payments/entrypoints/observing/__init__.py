"""What operators see of a running process: its metrics and its traces."""
