"""Commands: what people type. Nothing is loaded from here, since Ctrl-C is to be heard before all else."""

INTERRUPTED = 130
"""The exit code of a shell's command that Ctrl-C ended."""
