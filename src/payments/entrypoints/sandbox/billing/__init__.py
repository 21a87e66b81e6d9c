"""Billing keys, and what is paid with them."""
