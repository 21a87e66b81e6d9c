"""What `payments check` and the console say of a shop.

└── parts   settings, database, audit list and providers: one sentence for each
"""
