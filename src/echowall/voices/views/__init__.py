"""Pages of hearing: the residents' form, the progress page, the callback of WeChat."""
