"""Rewrites a number in a log of RocksDB, with its checksum: what a newer version of fedloom would have written."""
import struct

BLOCK_BYTES = 32768
HEADER = struct.Struct("<IHB")  # sum, length, type
CASTAGNOLI = 0x82F63B78
MASK_DELTA = 0xA282EAD8
FORMAT_KEY = b"\x06format\x08"  # the key's length, the key, the length of its value


def _sum_of(content):
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + MASK_DELTA) & 0xFFFFFFFF


def set_format(log, number):
    """In the first record that has the format: each life of a service writes it anew, before anything else."""
    content = bytearray(log.read_bytes())
    at = 0
    while at + HEADER.size <= len(content):
        _, length, kind = HEADER.unpack_from(content, at)
        end = at + HEADER.size + length
        found = content.find(FORMAT_KEY, at, end)
        if found >= 0:
            struct.pack_into(">Q", content, found + len(FORMAT_KEY), number)
            struct.pack_into("<I", content, at, _sum_of(content[at + HEADER.size - 1:end]))
            log.write_bytes(content)
            return
        assert kind == 1 and end % BLOCK_BYTES >= at % BLOCK_BYTES, f"{log}: no format in its first block"
        at = end
    raise AssertionError(f"{log} has no format")
