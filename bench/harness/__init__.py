"""How the benchmark measures; knows nothing of what it measures."""
