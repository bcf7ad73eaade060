"""What a run costs, measured by the commands people use."""
