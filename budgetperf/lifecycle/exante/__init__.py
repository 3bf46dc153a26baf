"""Ex-ante evaluation (事前绩效评估): scored by an expert panel, gates the project store."""
