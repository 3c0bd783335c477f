"""float32 arrays in and out of .npz files, by hand, so that the tests do not judge NumPy by NumPy."""
import ast
import io
import struct
import zipfile

MAGIC = b"\x93NUMPY\x01\x00"

# All multiples of 1/8, so that sums of rounds are exact. The first element counts rounds (package/train.py).
SEED = [((2, 3), [0.0, 0.25, -0.5, 7.0, 1024.125, -3.5]), ((4,), [1.0, 2.0, -100.0, 0.125])]


def large_seed():
    """The same with one tensor more: its stream takes three chunks, a sum of it six."""
    return [*SEED, ((600000,), [512.0] * 600000)]


def npz(arrays):
    """The bytes of an .npz of float32 arrays given as (shape, values)."""
    return _archive([_head(shape) + struct.pack(f"<{len(values)}f", *values) for shape, values in arrays])


def npz_of_zeros(count):
    """The bytes of an .npz of one array of so many zeros."""
    return _archive([_head((count,)) + bytes(4 * count)])


def _head(shape):
    head = repr({"descr": "<f4", "fortran_order": False, "shape": shape})
    head += " " * (-(len(MAGIC) + 2 + len(head) + 1) % 64) + "\n"
    return MAGIC + struct.pack("<H", len(head)) + head.encode()


def _archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index, member in enumerate(members):
            archive.writestr(f"{index}.npy", member)
    return out.getvalue()


def arrays_of(data):
    """The reverse; AssertionError for anything but float32."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return [_array_of(archive.read(f"{index}.npy")) for index in range(len(archive.namelist()))]


def _array_of(data):
    assert data.startswith(MAGIC[:6]), data[:16]
    wide = data[6] > 1
    (length,) = struct.unpack_from("<I" if wide else "<H", data, 8)
    start = (12 if wide else 10) + length
    head = ast.literal_eval(data[12 if wide else 10:start].decode())
    assert head["descr"] == "<f4" and not head["fortran_order"], head
    values = data[start:]
    return head["shape"], list(struct.unpack(f"<{len(values) // 4}f", values))


def plus(arrays, number):
    return [(shape, [value + number for value in values]) for shape, values in arrays]
