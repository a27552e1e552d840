"""Search: one function over what plugins and the kernel offer, with two database manners."""
