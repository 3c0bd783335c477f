#include "actors/storage/model_store.hpp"

namespace fedloom::storage {

namespace {

class gathering_writer final : public model_writer {
public:
  explicit gathering_writer(model_store& to) : to_(to) {}

  domain::expected<void> append(domain::byte_span bytes) override {
    stream_.insert(stream_.end(), bytes.begin(), bytes.end());
    return {};
  }
  domain::expected<void> sync() override { return {}; }
  domain::expected<void> finish(const domain::model_id& id) override { return to_.put(id, stream_); }

private:
  model_store& to_;
  std::vector<std::byte> stream_;
};

} // namespace

std::unique_ptr<model_writer> model_store::begin() {
  return std::make_unique<gathering_writer>(*this);
}

} // namespace fedloom::storage
