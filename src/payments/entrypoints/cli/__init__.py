"""The `payments` command. `app` lists all commands; the other modules are imported when one of them runs."""
