"""What may be done with subscriptions and mailings."""
