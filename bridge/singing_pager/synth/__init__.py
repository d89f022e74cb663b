"""The built-in engine: reads compiled SynthDefs and plays scsynth's commands with NumPy and SciPy."""
