"""What is out of the ordinary, told from numbers alone: pure, and time is an argument."""
