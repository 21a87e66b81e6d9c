"""Adapters that each break one promise, to show that the contracts notice: for tests of the contracts themselves."""
