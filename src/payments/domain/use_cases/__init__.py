"""What a buyer, a shop, an operator and the worker ask for: coroutines over the ports, owned by no event loop.

checkout   begin, complete, abandon, cancel, refresh
refunds    refund, send an open refund, deal with a stray
sweep      visit what is due; reconcile with the provider's own list
outbox     deliver the messages that wait
"""
