"""What happens to payments by V2, in the book of both generations.

├── desk            Desk: every step, with the book's clock and ids
├── opening         PortOneRequest: what a payment is asked for with, and the row it begins with
├── cancel_request  PortOneCancel: a cancel as it is asked for
├── cancelling      the rules of a cancel: pure
├── limits          what some PGs refuse and others take
├── prepared        amounts that are registered before a window opens
└── minor           amounts in minor units, and the tax in them
"""
