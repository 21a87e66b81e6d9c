"""Between the use cases and the provider's adapter: a breaker, and looks that are shared. Any Gateway fits behind."""
