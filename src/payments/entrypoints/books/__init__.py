"""What the API, the command line and the pages share about the books.

├── comparisons  how comparisons with the providers' lists are shown
├── periods      reads days, months and moments as a person writes them
├── reports      how reports are asked for and shown, as JSON and CSV
├── settlements  how settlements are shown
├── settlement_file  reads a payout file, line by line
└── wiring       the rows of a payout file in a temporary file
"""
