"""Everything of an instance in one file, and from one database into another; what comes out of it mails nothing by itself."""
