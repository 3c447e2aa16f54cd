"""Stand-ins for the outside world: Stripe's API, merchants' sites and an e-mail inbox."""
