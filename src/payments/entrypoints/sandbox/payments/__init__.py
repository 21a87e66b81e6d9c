"""The payments of one store as Iamport sees them."""
