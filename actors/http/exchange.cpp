#include "actors/http/exchange.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <curl/curl.h>

namespace fedloom::http {

using domain::errc;
using domain::expected;
using domain::failure;

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using easy_handle = std::unique_ptr<CURL, freed_by<curl_easy_cleanup>>;
using multi_handle = std::unique_ptr<CURLM, freed_by<curl_multi_cleanup>>;
using header_list = std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>>;
using mime_form = std::unique_ptr<curl_mime, freed_by<curl_mime_free>>;

errc code_of(CURLcode result) {
  switch (result) {
  case CURLE_OPERATION_TIMEDOUT:
    return errc::timed_out;
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
    return errc::malformed;
  case CURLE_READ_ERROR:
    return errc::storage_failed;
  default:
    return errc::unavailable;
  }
}

/// Addresses of this machine are never behind a proxy.
std::string without_proxy() {
  std::string names = "localhost,127.0.0.1,::1";
  for (const char* variable : {"no_proxy", "NO_PROXY"}) {
    if (const char* further = std::getenv(variable)) {
      names.append(",").append(further);
    }
  }
  return names;
}

class transfer {
public:
  explicit transfer(const exchange_order& order) : order_(order) {}

  expected<answer> run(const std::stop_token& stop) {
    if (!easy_ || !multi_) {
      return failure(errc::internal, "libcurl gives no handle");
    }
    set_up();
    if (auto body = set_body(); !body) {
      return tl::unexpected(body.error());
    }
    curl_multi_add_handle(multi_.get(), easy_.get());
    const auto result = drive(stop);
    curl_multi_remove_handle(multi_.get(), easy_.get());
    return judged(result);
  }

private:
  template <class Value>
  void set(CURLoption which, Value value) {
    curl_easy_setopt(easy_.get(), which, value);
  }

  void set_up() {
    set(CURLOPT_URL, order_.what.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_CUSTOMREQUEST, order_.what.method.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "fedloom");
    set(CURLOPT_NOPROXY, without_proxy().c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(order_.limits.connect.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(order_.limits.stall.count() / 1000)));
    set(CURLOPT_ERRORBUFFER, problem_);
    set(CURLOPT_HEADERFUNCTION, &transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    for (const auto& [name, value] : order_.what.headers) {
      headers_.reset(curl_slist_append(headers_.release(), (name + ": " + value).c_str()));
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  expected<void> set_body() {
    if (!order_.what.form.empty()) {
      return set_form();
    }
    if (!order_.what.body.empty() || order_.what.method == "POST") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(order_.what.body.size()));
      set(CURLOPT_POSTFIELDS, order_.what.body.c_str());
    }
    return {};
  }

  expected<void> set_form() {
    form_.reset(curl_mime_init(easy_.get()));
    for (const auto& one : order_.what.form) {
      auto* part = curl_mime_addpart(form_.get());
      curl_mime_name(part, one.name.c_str());
      if (!one.file) {
        curl_mime_data(part, one.value.data(), one.value.size());
      } else if (curl_mime_filedata(part, one.file->c_str()) != CURLE_OK) {
        return failure(errc::not_found, one.file->string() + " cannot be read");
      }
    }
    set(CURLOPT_MIMEPOST, form_.get());
    return {};
  }

  CURLcode drive(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
    int running = 1;
    while (true) {
      curl_multi_perform(multi_.get(), &running);
      if (stop.stop_requested()) {
        refused_ = domain::error{errc::cancelled, "interrupted"};
        return CURLE_ABORTED_BY_CALLBACK;
      }
      if (running == 0) {
        break;
      }
      curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    const auto* done = curl_multi_info_read(multi_.get(), &left);
    return done == nullptr ? CURLE_RECV_ERROR : done->data.result;
  }

  expected<answer> judged(CURLcode result) {
    if (refused_.code != errc::none) {
      return tl::unexpected(refused_);
    }
    // A server may refuse an upload before it has taken all of it.
    const bool refused_early = result == CURLE_SEND_ERROR && answer_.status >= 400;
    if (result != CURLE_OK && !refused_early) {
      const std::string why = *problem_ != '\0' ? problem_ : curl_easy_strerror(result);
      return failure(code_of(result), order_.what.url + ": " + why);
    }
    // Without a body nobody told the sink yet.
    if (auto begun = begin_sink(); !begun) {
      return tl::unexpected(begun.error());
    }
    return std::move(answer_);
  }

  expected<void> begin_sink() {
    if (order_.sink == nullptr || begun_ || !is_success(answer_.status)) {
      return {};
    }
    begun_ = true;
    return order_.sink->begin(answer_);
  }

  expected<void> take(std::string_view bytes) {
    if (order_.sink != nullptr && is_success(answer_.status)) {
      return begin_sink().and_then([&] { return order_.sink->write(bytes); });
    }
    if (answer_.body.size() + bytes.size() > order_.limits.body_bytes) {
      return failure(errc::too_large, order_.what.url + ": the answer is longer than " +
                                          std::to_string(order_.limits.body_bytes) + " bytes");
    }
    answer_.body.append(bytes);
    return {};
  }

  void take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) { // of the last answer: "100 Continue" has a head too
      answer_.headers.clear();
      const auto space = line.find(' ');
      answer_.status = space == std::string_view::npos ? 0 : std::atoi(line.data() + space + 1);
      return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      return;
    }
    std::string name{line.substr(0, colon)};
    std::ranges::transform(name, name.begin(), [](unsigned char one) { return std::tolower(one); });
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    const auto end = line.find_last_not_of(" \t\r\n");
    answer_.headers[name] = begin == std::string_view::npos || end < begin ? "" : line.substr(begin, end - begin + 1);
  }

  static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self) {
    static_cast<transfer*>(self)->take_header({bytes, count});
    return count;
  }

  static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& with = *static_cast<transfer*>(self);
    if (auto taken = with.take({bytes, count}); !taken) {
      with.refused_ = taken.error();
      return count + 1; // libcurl ends the transfer
    }
    return count;
  }

  const exchange_order& order_;
  header_list headers_;
  mime_form form_;
  easy_handle easy_{curl_easy_init()};
  multi_handle multi_{curl_multi_init()};
  char problem_[CURL_ERROR_SIZE] = {};
  answer answer_;
  domain::error refused_;
  bool begun_ = false;
};

} // namespace

expected<answer> exchange(const exchange_order& order, const std::stop_token& stop) {
  return transfer(order).run(stop);
}

} // namespace fedloom::http
