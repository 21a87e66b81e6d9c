"""What the shop's people do: the list of it, and decisions of two.

├── trail       Trail: writes what is asked for into the audit list
├── approvals   Approvals: large refunds wait for a second person
├── outside     OutsideRefunds: money that was given back elsewhere
└── letters     Letters: messages that the shop did not accept
"""
