"""Products from files: Shopify's CSV, and any CSV or Parquet file with a column mapping.

Pure parsing: nothing here knows the service, its database or the network.
"""
