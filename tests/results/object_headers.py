# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of HDF5's object headers, which no reader's interface shows: versions of messages, time stamps.

Follows the HDF5 File Format Specification 2.0, sections II.A (superblock) and IV.A.1 (object headers).
"""
import struct

SIGNATURE = b"\x89HDF\r\n\x1a\n"
# The newest version of each message that HDF5 1.8 reads.
MESSAGES = {0x00: None, 0x01: 2, 0x02: 0, 0x03: 3, 0x05: 3, 0x06: 1, 0x08: 3, 0x0A: 0, 0x0B: 2, 0x0C: 3,
            0x0E: None, 0x10: None, 0x12: None, 0x15: 0, 0x16: 0}
DATATYPE, LAYOUT, CONTINUATION = 0x03, 0x08, 0x10
HAS_TIMES = 0x20


def superblock_version(data):
    """Version of the superblock, or None where the file does not begin with one."""
    return data[8] if data[:8] == SIGNATURE else None


class ObjectHeader:
    """version, has_times, has_phase_change, and messages as (type, body)."""

    def __init__(self, data, address):
        self.data, self.messages = data, []
        if data[address:address + 4] == b"OHDR":
            self.version, flags = data[address + 4], data[address + 5]
            at = address + 6 + (16 if flags & HAS_TIMES else 0) + (4 if flags & 0x10 else 0)
            width = 1 << (flags & 3)
            size = int.from_bytes(data[at:at + width], "little")
            self.step = 6 if flags & 0x04 else 4
            self._block(at + width, size)
        else:
            self.version, flags = data[address], 0
            self.step = 8
            self._block(address + 16, *struct.unpack_from("<I", data, address + 8))
        self.has_phase_change = bool(flags & 0x10)
        self.has_times = bool(flags & HAS_TIMES) or any(kind in (0x0E, 0x12) for kind, _ in self.messages)

    def _block(self, at, size):
        end = at + size
        while at + self.step <= end:
            kind, length = struct.unpack_from("<BH" if self.version > 1 else "<HH", self.data, at)
            body = self.data[at + self.step:at + self.step + length]
            self.messages.append((kind, body))
            if kind == CONTINUATION:
                offset, count = struct.unpack("<QQ", body[:16])
                # Of version 2, a continuation begins with OCHK and ends with a checksum.
                self._block(offset + 4, count - 8) if self.version > 1 else self._block(offset, count)
            at += self.step + length

    def newer_than_18(self):
        """(message type, version) of what HDF5 1.8 does not know."""
        for kind, body in self.messages:
            if kind not in MESSAGES:
                yield kind, None
            elif MESSAGES[kind] is not None:
                version = body[0] >> 4 if kind == DATATYPE else body[0]
                if version > MESSAGES[kind]:
                    yield kind, version
