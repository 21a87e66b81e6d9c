"""What comes in and what goes wrong: bodies, queries, cursors, and the table from error to answer."""
