"""The tables, how they are named, and how they are brought up to date."""
