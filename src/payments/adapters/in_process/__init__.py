"""The program that embeds `payments`: callables of its own that receive messages."""
