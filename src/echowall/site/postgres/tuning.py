"""The server's settings: durable, frugal, and silent about people."""

import os
from pathlib import Path

MEBIBYTE = 1024 * 1024
SMALL_SHARED_MEMORY = 256 * MEBIBYTE


def settings(*, durable: bool) -> dict[str, str]:
    """Return the settings of `postgresql.conf`; `durable=False` is for throw-away databases of tests."""
    memory = memory_bytes() // MEBIBYTE
    chosen = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(max(memory // 8, 64), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 32), 512)}MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "default_text_search_config": "pg_catalog.simple",
        # A statement and the DETAIL of an error carry phones and names, so neither reaches the log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_checkpoints": "off",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_truncate_on_rotation": "on",
        "log_file_mode": "0600",
        "log_line_prefix": "%m [%p] %u@%d ",
    }
    if shared_memory_bytes() < SMALL_SHARED_MEMORY:
        chosen["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        chosen |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "128MB"}
        chosen |= {"logging_collector": "off", "autovacuum": "off"}
    return chosen


def configuration(*, durable: bool) -> str:
    """Return the text of the settings file, rewritten at each start; changes belong into ALTER SYSTEM."""
    lines = ["# Written by Echowall at each start; change settings with ALTER SYSTEM instead."]
    lines += [f"{name} = '{value}'" for name, value in settings(durable=durable).items()]
    return "\n".join(lines) + "\n"


def memory_bytes() -> int:
    """Return the memory this program may use: that of the machine or, where smaller, of its control group."""
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical


def shared_memory_bytes() -> int:
    """Return the size of /dev/shm, which is tiny in some containers; 0 where there is none."""
    try:
        state = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size, nothing is written
    except OSError:
        return 0
    return state.f_blocks * state.f_frsize
