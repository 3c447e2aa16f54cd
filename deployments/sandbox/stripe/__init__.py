"""The subset of Stripe's API that Mercato uses, on Stripe's wire format."""
