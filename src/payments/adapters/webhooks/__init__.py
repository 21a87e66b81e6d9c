"""Outgoing webhooks: each event is sent to the shop as a signed POST, by the Standard Webhooks specification.

├── publisher    WebhookPublisher: sends one message as one POST
├── settings     WebhookSettings: the URL, the secrets and the time limits
├── signing      the headers that prove who sent the message, and new secrets
├── addresses    which addresses a webhook may be sent to: public ones only
├── dialling     a connection to a checked address, closed at a deadline
├── transport    requests over that connection
└── retry_after  how long the endpoint asks us to wait
"""

from payments.adapters.webhooks.publisher import WebhookPublisher
from payments.adapters.webhooks.settings import WebhookSettings
from payments.adapters.webhooks.signing import new_secret

__all__ = ["WebhookPublisher", "WebhookSettings", "new_secret"]
