"""V2 without a window.

├── keys       BillingKeys
├── schedules  PortOneSchedules
├── paying     Charges: what keys and typed cards do in the book
└── views      how keys and schedules are shown
"""
