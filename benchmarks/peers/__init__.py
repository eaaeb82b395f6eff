"""What the API is compared with, on the same tables: `stock` and `limit`."""
