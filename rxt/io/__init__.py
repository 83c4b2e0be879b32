"""Files: the only place that opens one."""
