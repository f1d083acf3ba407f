"""Who and what there is: tenants, applications, sites, points, devices and their assignments."""
