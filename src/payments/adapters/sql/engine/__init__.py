"""Opens the database at a URL with safe settings, and offers two ways to use it: read and write."""
