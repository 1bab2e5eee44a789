"""The record of what was done: append-only, hash-chained, checkable against a checkpoint kept elsewhere.

An entry carries the SHA-256 of its own content. A sealing job links entries into one chain, in the order in which it
finds them committed: chain(n) = SHA-256(chain(n-1) || digest(n)). Writers therefore never wait for each other.
"""

from .operations import record, seal, take_checkpoint
from .verify import Finding, verify

__all__ = ["Finding", "record", "seal", "take_checkpoint", "verify"]
