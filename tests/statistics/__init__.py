"""The statistics, each against published output or a figure worked out by hand."""
