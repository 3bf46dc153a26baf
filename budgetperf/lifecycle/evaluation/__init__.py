"""Post-evaluation (绩效评价): self-evaluation by the unit, evaluation by finance."""
