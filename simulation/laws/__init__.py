"""What must hold: after every write, with every call to the provider, and once the faults have stopped."""
