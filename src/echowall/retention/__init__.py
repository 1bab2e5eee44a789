"""Personal data dies on its day: a dated policy, holds, a daily job, and a record of what was destroyed.

The programmes say what kinds of data they keep and how each is destroyed (``kinds``); this mechanism knows none of
their tables. How many days is the playbook's (``playbooks/retention``).
"""
