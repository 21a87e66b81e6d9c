"""What this machine gives us: the time, and randomness for ids."""
