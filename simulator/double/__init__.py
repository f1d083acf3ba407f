"""A double of The Things Stack: its MQTT server, Storage Integration and registry, oddities included."""
