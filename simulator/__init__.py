"""A simulated region and a double of The Things Stack, for the demo, tests and benchmarks."""
