"""The simulated county "Kreis Musterland": devices, what they measure, and when they send it.

Everything is a function of (seed, device, time): asked twice, the same frame comes out byte for byte.
"""
