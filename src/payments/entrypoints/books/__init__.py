"""What the API, the command line and the pages share about the books.

├── comparisons  how comparisons with the providers' lists are shown
├── periods   reads days, months and moments as a person writes them
└── reports   how reports are asked for and shown, as JSON and CSV
"""
