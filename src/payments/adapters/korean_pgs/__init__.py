"""What is true of the PGs in Korea whichever provider is in front of them.

├── window_text   a text as every PG's window can show it
└── words         how PGs say that the buyer closed the window
"""
