#include "actors/client/memory_update_store.hpp"
#include "actors/storage/durable_file.hpp"
#include "actors/storage/mapped_file.hpp"
#include "actors/transfer/digests.hpp"
#include "messages/codec/journal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <cstring>

namespace fedloom::client {

namespace {

namespace fs = std::filesystem;
using domain::errc;

constexpr std::string_view update_suffix = ".update";

/// A file is the model stream, its head as a record, and then this. The stream comes first: it is mapped as it lies.
struct footer {
  std::uint64_t head_bytes = 0; ///< numbers are little-endian
  std::uint64_t number = 0;     ///< one more than that of the update before; tells their age, and nothing else
  std::array<char, 8> mark{'F', 'L', 'U', 'P', 'D', 'A', 'T', '1'};
};
static_assert(sizeof(footer) == 24 && std::endian::native == std::endian::little);

/// The mark's last character is the format, and what comes before it stays.
bool is_of_newer_version(const footer& found) {
  const auto ours = footer{}.mark;
  return std::equal(ours.begin(), ours.end() - 1, found.mark.begin()) && found.mark.back() > ours.back() &&
         found.mark.back() <= '9';
}

/// "session.round.", for the files of all attempts of one round: the last number is the attempt.
std::string prefix_of(const domain::round_key& round) {
  return round.session.value() + '.' + std::to_string(round.round) + '.';
}

/// The name holds the key, so that a key can be changed by renaming.
std::string name_of(const domain::round_key& round) {
  return prefix_of(round) + std::to_string(round.attempt) + std::string(update_suffix);
}

/// The attempt that the file's name says; 0 if it is not the name of this round's file.
std::uint32_t attempt_in(const fs::path& file, const domain::round_key& round) {
  const auto stem = file.stem().string();
  const auto prefix = prefix_of(round);
  std::uint32_t attempt = 0;
  if (stem.starts_with(prefix)) {
    std::from_chars(stem.data() + prefix.size(), stem.data() + stem.size(), attempt);
  }
  return stem == prefix + std::to_string(attempt) ? attempt : 0;
}

struct numbered_update {
  std::uint64_t number;
  stored_update what;
};

domain::expected<numbered_update> check(const fs::path& file, const domain::shared_bytes& bytes) {
  const auto damaged = [&](const std::string& why) {
    return domain::failure(errc::storage_failed, "the kept update " + file.string() + " is damaged: " + why);
  };
  footer end;
  if (bytes.size() < sizeof end) {
    return damaged("it is too short");
  }
  std::memcpy(&end, bytes.data() + bytes.size() - sizeof end, sizeof end);
  if (is_of_newer_version(end)) {
    return domain::failure(errc::unsupported, "the update " + file.string() +
                                                  " was kept by a newer version of fedloom; start the newer version");
  }
  const auto before_footer = bytes.size() - sizeof end;
  if (end.mark != footer{}.mark || end.head_bytes > before_footer) {
    return damaged("it does not end as it should");
  }
  const auto stream_bytes = before_footer - end.head_bytes;
  // A record is read where it is aligned; in the file it lies wherever the stream ends.
  const auto record = bytes.span().subspan(stream_bytes, end.head_bytes);
  auto head = codec::decode_kept_update(domain::shared_bytes::copy_of(record).span());
  if (!head) {
    return damaged(head.error().text);
  }
  const auto attempt = attempt_in(file, head->round);
  if (attempt == 0 || head->what.stream_bytes != stream_bytes) {
    return damaged("its head speaks of another update");
  }
  head->round.attempt = attempt;
  auto stream = bytes.slice(0, stream_bytes);
  auto digests = std::make_shared<const std::vector<domain::digest>>(transfer::chunk_digests(stream.span()));
  if (transfer::digest_over(*digests) != head->what.content) {
    return damaged("its content is not what its head says");
  }
  return numbered_update{end.number, {std::move(*head), std::move(stream), std::move(digests)}};
}

class file_update_store final : public update_store {
public:
  explicit file_update_store(fs::path folder) : folder_(std::move(folder)) {}

  domain::expected<domain::shared_bytes> put(stored_update what) override {
    if (!domain::valid_name(what.head.round.session.value())) {
      return domain::failure(errc::malformed, "no file can have the name of this session");
    }
    const auto file = path_of(what.head.round);
    const auto head = codec::encode(what.head);
    const footer end{head.size(), next_number_++};
    const std::array<domain::byte_span, 3> pieces{what.stream.span(), head, std::as_bytes(std::span(&end, 1))};
    if (const auto written = storage::write_durably(file, pieces); !written) {
      return tl::unexpected(written.error());
    }
    // From now on the file is the copy: its pages can be taken back when memory is short, those of a buffer cannot.
    auto bytes = storage::map_file(file);
    if (!bytes) {
      return tl::unexpected(bytes.error());
    }
    what.stream = bytes->slice(0, what.stream.size());
    return read_.put(std::move(what));
  }

  domain::expected<void> move(const domain::round_key& from, const domain::round_key& to) override {
    read_.move(from, to);
    std::error_code failed;
    fs::rename(path_of(from), path_of(to), failed);
    if (failed && failed != std::errc::no_such_file_or_directory) {
      return tl::unexpected(storage::file_error("rename", path_of(from), failed.value()));
    }
    return {};
  }

  void drop(const domain::round_key& round) override {
    read_.drop(round);
    std::error_code gone_already;
    fs::remove(path_of(round), gone_already);
  }

  std::vector<stored_update> all() const override { return read_.all(); }

  /// What a former process kept. Damaged files are removed, and so is what it left half-written; what cannot be read
  /// at the moment may be whole, and stays. With a file of a newer version nothing is touched: `storage_failed`.
  domain::expected<std::vector<domain::error>> read_folder() {
    std::vector<fs::path> useless;
    std::vector<numbered_update> found;
    std::vector<domain::error> damaged;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder_, failed)) {
      if (entry.path().extension() == storage::unfinished_suffix) {
        useless.push_back(entry.path());
      } else if (entry.path().extension() != update_suffix) {
        continue;
      } else if (const auto bytes = storage::map_file(entry.path()); !bytes) {
        damaged.push_back(bytes.error());
      } else if (auto one = check(entry.path(), *bytes)) {
        found.push_back(std::move(*one));
      } else if (one.error().code == errc::unsupported) {
        return domain::failure(errc::storage_failed, one.error().text);
      } else {
        damaged.push_back(one.error());
        useless.push_back(entry.path());
      }
    }
    for (const auto& file : useless) {
      fs::remove(file, failed);
    }
    std::ranges::sort(found, {}, &numbered_update::number);
    for (auto& one : found) {
      next_number_ = one.number + 1;
      read_.put(std::move(one.what));
    }
    return damaged;
  }

private:
  fs::path path_of(const domain::round_key& round) const { return folder_ / name_of(round); }

  const fs::path folder_;
  std::atomic<std::uint64_t> next_number_{0};
  memory_update_store read_; ///< the same, mapped
};

} // namespace

domain::expected<opened_update_store> open_file_update_store(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) {
    fs::directory_iterator{folder, failed}; // readable?
  }
  if (failed) {
    return tl::unexpected(storage::file_error("open the folder of kept updates", folder, failed.value()));
  }
  auto store = std::make_unique<file_update_store>(folder);
  return store->read_folder().map([&](std::vector<domain::error> damaged) {
    return opened_update_store{std::move(store), std::move(damaged)};
  });
}

} // namespace fedloom::client
