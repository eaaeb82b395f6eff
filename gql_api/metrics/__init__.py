"""What Prometheus is told. Only an application with metrics imports `prometheus`: without, it costs nothing."""
