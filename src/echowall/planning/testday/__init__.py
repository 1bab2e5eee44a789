"""Test day: which building goes to which site when, and with how many lanes, so that few people wait long."""
