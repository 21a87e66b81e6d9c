"""The tables, how they are named, and how they are upgraded."""
