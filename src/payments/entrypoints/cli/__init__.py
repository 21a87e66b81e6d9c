"""The `payments` command. `app` knows where each command is; the others are loaded when one is called."""
