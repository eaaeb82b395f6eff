"""What is wanted, never how it is fetched: functions from the context and plain values to shapes.

A mutation's resolver opens one write block. The place in a user error names the resolver's own arguments.
"""
