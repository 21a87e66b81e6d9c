"""The channels of a shop as they are told: in sentences, without the name of any adapter.

told     what a channel may do, in both languages
views    the same for the API
"""
