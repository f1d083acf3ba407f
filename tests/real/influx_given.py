"""Says what `make test-influxdb` needs when there is no server of InfluxDB 2 to run against."""

import os
import sys

from tests.real.influx_worlds import NEEDS

if __name__ == "__main__":
    given = os.environ.get("INFLUXD") or (os.environ.get("INFLUXDB_URL") and os.environ.get("INFLUXDB_TOKEN"))
    sys.exit(None if given else NEEDS)
