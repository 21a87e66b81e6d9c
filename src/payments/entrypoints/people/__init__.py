"""The shop's people, as the console and the commands use them.

├── passwords   what a password must be, and the ports of hashing and sealing
├── codes       one-time codes of an authenticator app (TOTP)
├── sign_in     SignIn: log-in, sessions, log-out
├── sign_on     SignOn: log-in by an identity provider (OpenID Connect)
├── managing    Managing: operators are created, changed and revoked
└── wiring      all of it over a store
"""
