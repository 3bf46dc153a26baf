"""An assessment campaign (年度考评): task books, reported facts, ratings, claims, penalties, appeals, results."""
