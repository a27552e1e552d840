"""The benchmark's cases: one module each, with `run(rounds)` that returns rows."""
