"""The demo campus: an invented university of any size, the same every time it is built."""
