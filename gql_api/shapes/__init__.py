"""Pydantic shapes: what clients send and receive. They know neither the database nor GraphQL."""
