"""The network as a source: sites searched, their pages fetched, archived and remembered."""
