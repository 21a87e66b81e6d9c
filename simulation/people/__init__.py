"""Who acts in a world: buyers, strangers and operators, and the requests that they send."""
