"""What `script/bench` measures. Not collected by pytest: a figure of a busy machine is no reason to fail."""
