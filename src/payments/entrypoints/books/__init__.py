"""What the API, the command line and the pages share about the books.

├── periods   reads days, months and moments as a person writes them
└── reports   how reports are asked for and shown, as JSON and CSV
"""
