"""`python -m simulator.region`: the county on the air, in a process of its own."""

from simulator.region.run import main

if __name__ == "__main__":
    main()
