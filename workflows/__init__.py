"""Campaigns, batch runs and the commands of `./bp`: what lasts longer than one request."""
