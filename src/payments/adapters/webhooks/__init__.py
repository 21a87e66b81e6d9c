"""Outgoing webhooks: the shop is told of every event by a signed POST, after the Standard Webhooks specification.

├── publisher    WebhookPublisher: one message, one POST, one verdict
├── settings     WebhookSettings: where to, signed with what
├── signing      the three headers that prove who sent it, and new secrets
├── addresses    which addresses a webhook may go to: none inside our own network
├── dialling     a connection to the address that was checked, cut off at a deadline
├── transport    requests over that connection
└── retry_after  how long the shop asks us to wait
"""

from payments.adapters.webhooks.publisher import WebhookPublisher
from payments.adapters.webhooks.settings import WebhookSettings
from payments.adapters.webhooks.signing import new_secret

__all__ = ["WebhookPublisher", "WebhookSettings", "new_secret"]
