"""The one tree of places: city > district > street office > community > grid > compound > building > unit > household."""
