"""The demo shop: what a merchant's own site looks like, on the payments API's public face alone.

catalogue   what is sold, and for how much: the shop's own business
visitors    who is here: a demo buyer in a signed cookie, the JWT their browser pays with, a signed order
client      the payments API as the shop's server calls it, over HTTP like anybody
words       the texts of the pages in Korean and English; stories: a payment's timeline told in sentences
pages       the pages; app: routes, headers and templates
demo        sandbox, payments API and shop in one process
"""
