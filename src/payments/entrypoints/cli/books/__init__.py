"""What commands about the books share a room for.

├── searching   the options of a search
├── reports     report
├── reconcile   reconcile, reconciliations
└── shadow      reconcile --shadow
"""
