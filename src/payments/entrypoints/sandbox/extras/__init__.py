"""What stands beside payments: identity checks, receipts, parcels, Naver orders."""
