"""What happens to payments by V2, in the book of both generations.

├── desk        Desk: every step, with the book's clock and ids
├── opening     PortOneRequest: what a payment is asked for with, and the row it begins with
├── cancelling  the rules of a cancel: pure
├── prepared    amounts that are registered before a window opens
└── minor       amounts in minor units, and the tax in them
"""
