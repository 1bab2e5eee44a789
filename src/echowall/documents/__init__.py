"""Papers (文书): numbered, drafted, issued or void, printed from a fixed text. A mechanism: it knows no programme."""
