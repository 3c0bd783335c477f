"""The other side of numpy_test.cpp: real NumPy.

numpy_peer.py write FOLDER   writes files of every kind that must be readable, and some that must be refused
numpy_peer.py dump FILE      prints one line per array: name, type, shape, little-endian bytes in C order as hex
numpy_peer.py fedn FILE      the same of a .npz as FEDn's numpyhelper takes it: members "0", "1", ... as a list
"""
import json
import os
import struct
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
    np.concatenate([a.astype(np.float64).ravel() for a in some]).tofile(os.path.join(folder, "raw.bin"))
    np.arange(1000, dtype=np.float32).tofile(os.path.join(folder, "raw.f32"))
    write_safetensors(os.path.join(folder, "framework.safetensors"),
                      {"layer.weight": some[1], "b": some[2], "größe \"x\"": some[0], **numbered})


def versions(path, array):
    import zipfile
    with zipfile.ZipFile(path, "w") as archive:
        for i, version in enumerate([(1, 0), (2, 0), (3, 0)]):
            with archive.open(f"{i}.npy", "w") as member:
                np.lib.format.write_array(member, array + i, version=version)


SAFETENSORS_TYPES = dict(zip("F16 F32 F64 I8 I16 I32 I64 U8 U16 U32 U64 BOOL".split(), TYPES))


def write_safetensors(path, tensors):
    """As the safetensors package lays them out: wide elements first, the header in any order."""
    names = {v: k for k, v in SAFETENSORS_TYPES.items()}
    header, data = {}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].dtype.itemsize, n)):
        array = tensors[name]
        begin, data = len(data), data + array.tobytes()
        header[name] = {"dtype": names[array.dtype.name], "shape": array.shape, "data_offsets": [begin, len(data)]}
    header = {"__metadata__": {"format": "np"}, **dict(sorted(header.items()))}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    """By the package itself where it is installed; its order is its own, ours is that of the bytes."""
    with open(path, "rb") as file:
        content = file.read()
    end = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:end])
    header.pop("__metadata__", None)
    by_offset = sorted(header.items(), key=lambda item: item[1]["data_offsets"])
    try:
        from safetensors.numpy import load
        tensors = load(content)
    except ImportError:
        tensors = {}
        for name, about in by_offset:
            begin, until = about["data_offsets"]
            kind = np.dtype(SAFETENSORS_TYPES[about["dtype"]])
            tensors[name] = np.frombuffer(content[end + begin:end + until], dtype=kind).reshape(about["shape"])
    return [(name, tensors[name]) for name, _ in by_offset]


def position(name):
    return (0, int(name)) if name.isdigit() else (1, 0)


def read(path):
    if path.endswith(".safetensors"):
        return read_safetensors(path)
    if path.endswith(".npz"):
        with np.load(path, allow_pickle=False) as archive:
            return [(name, archive[name]) for name in sorted(archive.files, key=position)]
    return [("0", np.fromfile(path, dtype=np.float32 if path.endswith(".f32") else np.float64))]


def show(tensors):
    for name, array in tensors:
        little = array.astype(array.dtype.newbyteorder("<"))
        shape = ",".join(str(n) for n in array.shape)
        print(name, array.dtype.name, f"({shape})", little.tobytes(order="C").hex())


def dump(path):
    show(read(path))


def fedn(path):
    with np.load(path) as archive:
        show((str(i), archive[str(i)]) for i in range(len(archive.files)))


if __name__ == "__main__":
    {"write": write, "dump": dump, "fedn": fedn}[sys.argv[1]](sys.argv[2])
