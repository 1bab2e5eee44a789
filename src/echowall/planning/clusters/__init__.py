"""化大为小: the buildings of an estate grouped into clusters that can be served and closed each by itself."""
