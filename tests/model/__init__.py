"""A model of the checkout core: the real use cases of cart, products and payments, over databases,
a network, a bus, a clock and a Stripe that the test decides about.

``scheduler`` owns who goes on next; every commit and every call is a point where a process waits
for that decision. ``memory_*`` are the services' units of work, ``network``, ``bus`` and
``scripted_stripe`` what lies between them, ``services`` wires it all as each ``api.py`` does.
``moves`` is what can happen, ``invariants`` what must hold, ``settle`` what follows the faults.
``test_checkout_model`` is the short mode, ``soak`` the long one.
"""
