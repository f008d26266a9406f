"""Chaos: a fault, every channel sending, every answer written down, and an exact reconciliation afterwards.

    runner ──▶ house (the daemon, role by role)  ◀── customers (one per channel) ──▶ history: every try and its answer
       │            ▲                                                                   │
       └─ faults ───┘  strike, last, mend                                               ▼
                                              journal export, tickets export ──▶ reconcile ──▶ report

`python -m tests.chaos` is `make chaos`; tests/e2e/test_chaos.py runs a short cut of it. docs/chaos.md tells more.
"""
