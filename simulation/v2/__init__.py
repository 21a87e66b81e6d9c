"""The second provider, one level deeper: the real adapter of PortOne V2, over a transport that the scheduler pauses."""
