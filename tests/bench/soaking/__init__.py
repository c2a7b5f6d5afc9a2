"""The parts of `tests.bench.soak`: a day of an office in minutes."""
