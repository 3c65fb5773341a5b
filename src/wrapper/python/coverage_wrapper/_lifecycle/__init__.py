"""When things are done: after the answer, ahead of the timeout, at the end of the process."""
