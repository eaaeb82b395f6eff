"""How fast the API is, beside a stock Strawberry application and beside no GraphQL at all: `make bench`."""
