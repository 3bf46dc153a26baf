"""Result use (结果应用): rectification until somebody else closes it."""
