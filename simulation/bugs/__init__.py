"""Planted bugs: small patches of the real code, each of which the simulator must find."""
