"""How a notice leaves: one small class per channel, without database; each raises ``NotDelivered`` and nothing else."""

from .base import Field, NotDelivered, Parcel, Transport
from .choosing import TRANSPORTS, build, settings_problems

__all__ = ["TRANSPORTS", "Field", "NotDelivered", "Parcel", "Transport", "build", "settings_problems"]
