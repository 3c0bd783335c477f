#!/usr/bin/env python3
"""The laws of direction between the folders, and where each outside library may be seen.

On Debian all headers lie in one system include path, so link lines cannot enforce this. Exits 1 and names every line that breaks
a law. Run from anywhere: tools/check_layers.py [ROOT]
"""
import pathlib
import re
import sys

# What a folder may include besides itself. The longest matching prefix counts.
DOMAIN = ["messages/domain"]
PURE = DOMAIN + ["actors/transfer", "actors/aggregation", "actors/model", "actors/security"]
KERNEL = DOMAIN + ["actors/kernel"]
SHARED = PURE + KERNEL + ["messages/codec", "actors/transport", "actors/storage", "actors/http", "actors/package"]
ALLOWED = {
    "messages/domain": [],
    "messages/codec": DOMAIN,
    "actors/kernel": DOMAIN,
    "actors/security": DOMAIN,
    "actors/transfer": DOMAIN,
    "actors/model": DOMAIN + ["actors/security"],
    "actors/aggregation": DOMAIN + ["actors/model"],
    "actors/package": DOMAIN + ["actors/security", "actors/storage"],
    "actors/transport": KERNEL + ["messages/codec"],
    "actors/http": DOMAIN,
    "actors/storage": KERNEL + ["messages/codec", "actors/model", "actors/security"],
    "actors/controller": SHARED,
    "actors/combiner": SHARED,
    "actors/client": SHARED + ["actors/client/runtime"],
    "actors/client/runtime": PURE + ["actors/package", "actors/storage"],
    "services/runtime": SHARED,
    "services/controller": SHARED + ["actors/controller", "services/runtime"],
    "services/combiner": SHARED + ["actors/combiner", "services/runtime"],
    "services/client": SHARED + ["actors/client", "actors/client/runtime", "services/runtime"],
    "cli": DOMAIN + ["actors/http", "actors/model", "actors/package", "actors/client/runtime", "services/runtime"],
}

# Outside library -> (pattern of the include, pattern of the files that may have it).
HOMES = {
    "CAF": (r"caf/", r"actors/(kernel|controller|combiner|client|transport)/|services/|tools/cmake/"),
    "ZeroMQ": (r"zmq", r"actors/transport/"),
    "RocksDB": (r"rocksdb/", r"actors/storage/"),
    "YAML": (r"yaml-cpp/", r"services/|(actors/package|cli)/[a-z_]+_file\.(hpp|cpp)$"),
    "prometheus-cpp": (r"prometheus/", r".*probe\.cpp$|services/"),
    "spdlog": (r"spdlog/", r"actors/kernel/logger\.cpp$"),
    "nlohmann": (r"nlohmann/", r"services/|cli/|actors/client/runtime/(metadata_file|worker_line)\.cpp$"),
    "CLI11": (r"CLI/", r"services/|cli/|tools/"),
    "curl": (r"curl/", r"actors/http/"),
    "OpenSSL": (r"openssl/", r"actors/security/"),
    "libsodium": (r"sodium", r"actors/security/"),
    "libarchive": (r"archive(_entry)?\.h", r"actors/package/(pack|unpack)\.cpp$"),
    "libseccomp": (r"seccomp\.h", r"actors/client/runtime/launcher/"),
    "xxhash": (r"xxh", r"actors/transfer/digests\.cpp$"),
    "civetweb": (r"civetweb", r"services/runtime/"),
    "generated FlatBuffers": (r".*_generated\.h", r"messages/codec/[^/]*\.cpp$"),
}
# Decisions and arithmetic see none of the outside, nor a clock.
PURE_FILES = re.compile(r"(_machine\.(hpp|cpp)$)|^actors/(aggregation|transfer|model)/|^messages/domain/")
IMPURE = re.compile(r"#include *[<\"](caf/|zmq|rocksdb/|curl/|yaml-cpp/|prometheus/|nlohmann/|spdlog/)"
                    r"|system_clock::now|steady_clock::now|std::random_device")
OURS = re.compile(r"^(messages|actors|services|cli|tests|tools)/")


def longest_prefix(path):
    return max((folder for folder in ALLOWED if path.startswith(folder + "/")), key=len, default=None)


def check_include(path, included):
    home = longest_prefix(path)
    if OURS.match(included):
        target = longest_prefix(included)
        if home and target and target != home and target not in ALLOWED[home]:
            yield f"{home} may not include {target}"
        return
    for name, (include, files) in HOMES.items():
        if re.match(include, included) and not re.match(files, path):
            yield f"{name} may be included only in {files}"


def check_file(root, file):
    path = file.relative_to(root).as_posix()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r"\s*#\s*include\s*[<\"]([^>\"]+)[>\"]", line)
        problems = list(check_include(path, found.group(1))) if found else []
        if PURE_FILES.search(path) and IMPURE.search(line):
            problems.append("pure code may not touch the outside or a clock")
        for problem in problems:
            yield f"{path}:{number}: {problem}: {line.strip()}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    problems = []
    for house in ("messages", "actors", "services", "cli"):
        for pattern in ("*.hpp", "*.cpp"):
            for file in sorted((root / house).rglob(pattern)):
                problems += check_file(root, file)
    print("\n".join(problems) if problems else "layers: every include points the right way")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
