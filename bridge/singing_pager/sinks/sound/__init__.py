"""The outlets of the built-in engine: files, the sound card, a live stream, arrays; and the player that feeds them."""
