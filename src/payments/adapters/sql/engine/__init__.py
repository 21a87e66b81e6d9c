"""From a URL to a database with safe settings, and the two ways to use it: read and write."""
