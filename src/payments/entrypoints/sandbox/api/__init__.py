"""The API of the original, route by route."""
