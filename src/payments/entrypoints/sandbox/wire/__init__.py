"""A call of the API as bytes and as values."""
