"""What a browser and a person see: script, window, console, administration."""
