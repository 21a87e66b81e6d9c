"""Inside other programs: their sessions, their prices, and what they do about events. Django has a room of its own."""
