#include "actors/model/file_pieces.hpp"

#include "actors/model/new_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace fedloom::model {

namespace {

using domain::errc;

bool write_all(int descriptor, domain::byte_span bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

} // namespace

void file_pieces::append(domain::shared_bytes piece) {
  if (!piece.empty()) {
    size_ += piece.size();
    pieces_.push_back(std::move(piece));
  }
}

void file_pieces::append(const std::string& text) {
  append(domain::shared_bytes::copy_of(text));
}

void file_pieces::append(const file_pieces& others) {
  for (const auto& piece : others.pieces_) {
    append(piece);
  }
}

file_pieces file_pieces::range(std::uint64_t offset, std::uint64_t count) const {
  file_pieces part;
  for (const auto& piece : pieces_) {
    if (count == 0) {
      break;
    }
    if (offset >= piece.size()) {
      offset -= piece.size();
      continue;
    }
    part.append(piece.slice(offset, std::min<std::uint64_t>(count, piece.size() - offset)));
    count -= std::min<std::uint64_t>(count, piece.size() - offset);
    offset = 0;
  }
  return part;
}

std::vector<std::byte> file_pieces::joined() const {
  std::vector<std::byte> bytes;
  bytes.reserve(size_);
  for (const auto& piece : pieces_) {
    bytes.insert(bytes.end(), piece.span().begin(), piece.span().end());
  }
  return bytes;
}

domain::expected<void> file_pieces::write_to(const std::filesystem::path& file) const {
  new_file output(file);
  const int descriptor = ::open(output.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  bool written = descriptor >= 0 && std::ranges::all_of(pieces_, [&](const domain::shared_bytes& piece) {
                   return write_all(descriptor, piece.span());
                 });
  int problem = written ? 0 : errno;
  if (descriptor >= 0 && ::close(descriptor) != 0 && written) {
    written = false;
    problem = errno;
  }
  if (!written) {
    const bool full = problem == ENOSPC || problem == EDQUOT;
    return domain::failure(full ? errc::storage_full : errc::storage_failed,
                           "cannot write " + file.string() + ": " + std::strerror(problem) +
                               (full ? "; free some space on that disk" : ""));
  }
  return output.commit();
}

} // namespace fedloom::model
