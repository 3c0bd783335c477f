#include "actors/http/client.hpp"
#include "actors/http/exchange.hpp"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace fedloom::http {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

namespace fs = std::filesystem;

tl::unexpected<domain::error> disk_failure(const fs::path& file) {
  const auto code = errno == ENOSPC || errno == EDQUOT ? errc::storage_full : errc::storage_failed;
  return failure(code, file.string() + ": " + std::strerror(errno));
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The file of a download on its way. Knows how much of the content it has.
class part_file final : public body_sink {
public:
  explicit part_file(const download_order& order)
      : order_(order), path_(fs::path(order.file) += ".part"), etag_(order.etag) {}

  expected<void> open() {
    file_.reset(std::fopen(path_.c_str(), etag_.empty() ? "wb" : "ab"));
    if (!file_) {
      return disk_failure(path_);
    }
    std::error_code ignored;
    have_ = fs::file_size(path_, ignored);
    return {};
  }

  /// The request for what is missing.
  request rest() const {
    auto wanted = order_.what;
    if (have_ > 0) {
      wanted.headers.emplace_back("Range", "bytes=" + std::to_string(have_) + '-');
      wanted.headers.emplace_back("If-Range", etag_);
    }
    return wanted;
  }

  expected<void> begin(const answer& head) override {
    const auto length = number_in(head.header("content-length"));
    etag_ = head.header("etag");
    const auto range = head.header("content-range");
    const bool goes_on = head.status == 206 && range.starts_with("bytes " + std::to_string(have_) + '-');
    if (head.status == 206 && !goes_on) {
      return failure(errc::malformed, order_.what.url + ": answered with another range, " + range);
    }
    if (auto emptied = goes_on ? expected<void>{} : start_over(); !emptied) {
      return emptied;
    }
    whole_ = length == 0 ? 0 : have_ + length;
    return {};
  }

  expected<void> write(std::string_view bytes) override {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
      return disk_failure(path_);
    }
    have_ += bytes.size();
    if (order_.progress) {
      order_.progress(have_, whole_);
    }
    return {};
  }

  expected<void> start_over() {
    if (std::fflush(file_.get()) != 0 || ::ftruncate(::fileno(file_.get()), 0) != 0) {
      return disk_failure(path_);
    }
    std::rewind(file_.get());
    have_ = 0;
    return {};
  }

  expected<void> finish() {
    const bool written = std::fflush(file_.get()) == 0 && ::fsync(::fileno(file_.get())) == 0;
    if (!written || std::rename(path_.c_str(), order_.file.c_str()) != 0) {
      return disk_failure(path_);
    }
    return {};
  }

  /// Keeps what a later call can continue.
  void give_up() {
    file_.reset();
    if (have_ == 0 || order_.etag.empty()) {
      std::error_code ignored;
      fs::remove(path_, ignored);
    }
  }

  std::uint64_t have() const { return have_; }
  bool can_continue() const { return have_ > 0 && !etag_.empty(); }

private:
  struct closed {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  const download_order& order_;
  fs::path path_;
  std::string etag_;
  std::unique_ptr<std::FILE, closed> file_;
  std::uint64_t have_ = 0;
  std::uint64_t whole_ = 0;
};

bool is_broken_connection(const domain::error& reason) {
  return reason.code == errc::unavailable || reason.code == errc::timed_out;
}

} // namespace

expected<answer> client::download(const download_order& order) const {
  part_file part(order);
  if (auto opened = part.open(); !opened) {
    return tl::unexpected(opened.error());
  }
  while (true) {
    const auto before = part.have();
    const auto wanted = part.rest();
    auto got = exchange({wanted, limits_, &part}, stop_);
    if (got && is_success(got->status)) {
      if (auto finished = part.finish(); !finished) {
        return tl::unexpected(finished.error());
      }
      return got;
    }
    if (!got && is_broken_connection(got.error()) && part.have() > before && part.can_continue()) {
      continue;
    }
    // What lies there is no beginning of this content.
    if (got && got->status == 416 && before > 0 && part.start_over()) {
      continue;
    }
    part.give_up();
    return got;
  }
}

} // namespace fedloom::http
