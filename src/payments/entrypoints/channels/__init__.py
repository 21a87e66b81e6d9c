"""The channels of a shop: what each allows, checked before a payment or a refund, and told to people.

wiring   from settings to the port that use cases ask, and to the window's corrections
told     what a channel may do, in sentences, without the name of any adapter
views    the same for the API
"""
