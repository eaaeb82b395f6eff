"""`python -m gql_api` is the gql-api command."""

from gql_api.cli import main

main()
