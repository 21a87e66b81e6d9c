"""The demo shop: what a merchant's own site looks like. It uses only the public payments API.

catalogue   what is sold, and the prices
visitors    a demo buyer in a signed cookie, the JWT for the buyer's browser, signed orders
client      the payments API as the shop's server calls it, over HTTP
words       the texts of the pages in Korean and English; stories: a payment's timeline in sentences
pages       the pages; app: routes, headers and templates
"""
