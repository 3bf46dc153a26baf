"""Evidence: what happened, in an order nobody can change unseen, and how to prove it elsewhere.

::

    EventPayload --append--> Event --chain per evaluand--> ChainHead --cut_anchor--> Anchor
                                        |                                   |
    Attachment (file by digest) --------+------ write_bundle (BagIt) -------+--> verifier.py

``verifier`` is stand-alone on purpose: it imports nothing of this package and repeats the few
rules it checks, so that a bundle can be trusted without trusting (or having) this software.
Nothing here reads a clock or a database; only ``bagit`` writes files, and only ``verifier``
reads them.
"""
