"""The region file that `smartregion init` writes."""

STARTER = """# One file describes the county. Check it with: smartregion check --region region.toml
# Secrets never stand here: each application names the environment variable of its API key.

name = "Kreis Musterland"
time_zone = "Europe/Berlin"   # days, months and years of all figures are those of this zone
language = "de"               # de or en
backfill_days = 30            # how far back the first start fetches what The Things Stack still holds

[retention]
log_days = 2                  # messages as received, after they are settled
archive_days = 400            # the same afterwards, in Parquet files; 0: none
readings_days = 1830          # single readings; rollups stay for ever

[journal]
max_megabytes = 10000         # how much may wait while the store is away

# [notify]                    # who is told of silent devices, low batteries, lost connections …
# receivers = ["SMARTREGION_NOTIFY_MAIL"]   # holds an address of apprise: mailtos://user:password@host?to=…
# quiet_from = "22:00"
# quiet_until = "06:00"

# [store]                     # without it readings rest in a file of the data folder (DuckDB)
# kind = "influxdb"           # set it up with: smartregion influxdb setup
# url = "http://127.0.0.1:8086"
# org = "kreis-musterland"

# The municipalities.
[[tenants]]
key = "musterstadt"           # lower case, digits, dashes
name = "Musterstadt"
ags = ""                      # official municipality key, 8 digits
latitude = 51.31
longitude = 9.48

# The applications of The Things Stack, one connection each.
[[applications]]
id = "umwelt-sensorik"        # its id there
server = "kreis-musterland.eu1.cloud.thethings.industries"
ttn_tenant = "kreis-musterland"   # leave out on an Open Source server
# identity_server = "eu1.cloud.thethings.industries"   # on Cloud and Sandbox, when the cluster is another
tenant = "musterstadt"        # where devices never seen before belong
domain = "environment"        # energy, water, waste, mobility, environment, buildings
key_env = "SMARTREGION_KEY_UMWELT"   # or SMARTREGION_KEY_UMWELT_FILE=/run/secrets/umwelt
# webhook_env = "SMARTREGION_WEBHOOK_UMWELT"   # secret of a webhook beside, or (with mqtt = false) instead of MQTT
accept_simulated = false      # messages that somebody simulated in the console there

# What devices are, where The Things Stack does not say it. The first pattern that fits counts.
[[applications.profiles]]
device = "klima-*"
brand = "milesight-iot"
model = "em300-th"            # see: smartregion decoder list
"""
