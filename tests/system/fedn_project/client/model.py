"""The model's file: an .npz of float32 arrays named 0, 1, ... Without NumPy, so that the environment is made quickly."""
import ast
import struct
import sys
import zipfile

MAGIC = b"\x93NUMPY\x01\x00"


def load(path):
    with zipfile.ZipFile(path) as archive:
        return [_array(archive.read(f"{index}.npy")) for index in range(len(archive.namelist()))]


def save(arrays, path):
    with zipfile.ZipFile(path, "w") as archive:
        for index, (shape, values) in enumerate(arrays):
            archive.writestr(f"{index}.npy", _head(shape) + struct.pack(f"<{len(values)}f", *values))


def _array(data):
    wide = data[6] > 1
    (length,) = struct.unpack_from("<I" if wide else "<H", data, 8)
    start = (12 if wide else 10) + length
    head = ast.literal_eval(data[12 if wide else 10:start].decode())
    return head["shape"], list(struct.unpack(f"<{len(data[start:]) // 4}f", data[start:]))


def _head(shape):
    head = repr({"descr": "<f4", "fortran_order": False, "shape": shape})
    head += " " * (-(len(MAGIC) + 2 + len(head) + 1) % 64) + "\n"
    return MAGIC + struct.pack("<H", len(head)) + head.encode()


if __name__ == "__main__":
    save([((2, 3), [0.0, 0.25, -0.5, 7.0, 1024.125, -3.5]), ((4,), [1.0, 2.0, -100.0, 0.125])], "../seed.npz")
    sys.exit(0)
