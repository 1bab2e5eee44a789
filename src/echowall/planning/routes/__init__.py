"""Routes: deliveries, door-to-door sampling and care visits, from gate depots to buildings and doors."""
