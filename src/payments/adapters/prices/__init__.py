"""Where prices come from when the shop sells a few things at fixed prices."""
