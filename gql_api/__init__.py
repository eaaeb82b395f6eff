"""A GraphQL API for tasks and their categories, over async repositories and PostgreSQL."""
