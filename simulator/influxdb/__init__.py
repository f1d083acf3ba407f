"""A double of InfluxDB 2.9: what a real 2.9.1 answered, on a loopback port, with faults that can be switched on."""
