"""Argon2Passwords: hashes of operators' passwords, with argon2id of `argon2-cffi`."""

from payments.adapters.passwords.argon2id import Argon2Passwords

__all__ = ("Argon2Passwords",)
