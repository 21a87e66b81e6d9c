"""How the tables came to be, step by step. `payments db upgrade` runs the steps that a database lacks."""
