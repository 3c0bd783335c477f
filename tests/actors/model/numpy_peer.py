"""The other side of numpy_test.cpp: real NumPy.

numpy_peer.py write FOLDER   writes archives of every kind that must be readable, and some that must be refused
numpy_peer.py dump FILE      prints one line per array: name, type, shape, little-endian bytes in C order as hex
"""
import os
import sys

import numpy as np

TYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()


def arrays():
    rng = np.random.default_rng(1)
    shapes = [(3, 5), (), (0, 4), (2, 3, 4), (17,)]
    made = []
    for i, name in enumerate(TYPES):
        values = rng.normal(size=shapes[i % 5]) * 50
        made.append(np.asarray(np.abs(values) if name.startswith("u") else values).astype(name))
    return made


def write(folder):
    some = arrays()
    numbered = {str(i): a for i, a in enumerate(some)}

    def path(name):
        return os.path.join(folder, name + ".npz")

    np.savez(path("stored"), **numbered)
    np.savez_compressed(path("deflated"), **numbered)
    np.savez(path("positional"), *some)
    np.savez(path("named"), **{"layer.weight": some[1], "b": some[2], "größe": some[3], "1": some[4], "0": some[0]})
    np.savez(path("big_endian"), **{k: a.astype(a.dtype.newbyteorder(">")) for k, a in numbered.items()})
    grid = np.arange(120, dtype=np.float32)
    np.savez(path("fortran"), **{"0": np.asfortranarray(grid.reshape(10, 12)),
                                 "1": np.asfortranarray(grid.reshape(2, 3, 4, 5).astype(">i2")),
                                 "2": np.asfortranarray(grid.reshape(1, 120))})
    np.savez_compressed(path("large"), **{"0": np.arange(1_000_000, dtype=np.float32), "1": np.zeros((1000, 1000))})
    versions(path("versions"), grid.reshape(10, 12))
    np.savez(path("refused_object"), **{"0": np.array([{}, []], dtype=object)})
    np.savez(path("refused_structured"), **{"0": np.zeros(3, dtype=[("a", "<f4"), ("b", "<i4")])})
    np.savez(path("refused_complex"), **{"0": np.zeros(3, dtype=np.complex64)})
    np.savez(path("refused_text"), **{"0": np.array(["a", "b"])})


def versions(path, array):
    import zipfile
    with zipfile.ZipFile(path, "w") as archive:
        for i, version in enumerate([(1, 0), (2, 0), (3, 0)]):
            with archive.open(f"{i}.npy", "w") as member:
                np.lib.format.write_array(member, array + i, version=version)


def position(name):
    return (0, int(name)) if name.isdigit() else (1, 0)


def dump(path):
    with np.load(path, allow_pickle=False) as archive:
        for name in sorted(archive.files, key=position):
            array = archive[name]
            little = array.astype(array.dtype.newbyteorder("<"))
            shape = ",".join(str(n) for n in array.shape)
            print(name, array.dtype.name, f"({shape})", little.tobytes(order="C").hex())


if __name__ == "__main__":
    {"write": write, "dump": dump}[sys.argv[1]](sys.argv[2])
