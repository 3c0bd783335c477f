#include "actors/model/raw.hpp"

#include <string>

namespace fedloom::model {

namespace {

using domain::errc;
using domain::failure;

class raw_source final : public tensor_source {
public:
  raw_source(std::unique_ptr<byte_source> file, dtype type)
      : file_(std::move(file)), what_{{tensor_spec{"0", type, {file_->size() / size_of(type)}}}} {}

  const manifest& what() const override { return what_; }
  domain::expected<void> enter(std::size_t) override {
    at_ = 0;
    return {};
  }
  domain::expected<void> read(std::span<std::byte> into) override {
    if (!file_->read(at_, into)) {
      return failure(errc::storage_failed, "the file cannot be read to its end");
    }
    at_ += into.size();
    return {};
  }
  domain::expected<void> leave() override { return {}; }

private:
  std::unique_ptr<byte_source> file_;
  manifest what_;
  std::uint64_t at_ = 0;
};

} // namespace

domain::expected<std::unique_ptr<tensor_source>> open_raw(std::unique_ptr<byte_source> file, dtype type) {
  if (file->size() % size_of(type) != 0) {
    return failure(errc::malformed, "it has " + std::to_string(file->size()) + " bytes, which is no number of whole " +
                                        std::string(to_string(type)) + " elements");
  }
  return std::make_unique<raw_source>(std::move(file), type);
}

domain::expected<file_pieces> raw_pieces(const whole_model& model, dtype type) {
  file_pieces file;
  for (std::size_t i = 0; i < model.elements.size(); ++i) {
    const auto& tensor = model.what.tensors[i];
    if (tensor.type != type) {
      return failure(errc::unsupported, "tensor \"" + tensor.name + "\" is " + std::string(to_string(tensor.type)) +
                                            ", this format holds " + std::string(to_string(type)) + " alone");
    }
    file.append(model.elements[i]);
  }
  return file;
}

} // namespace fedloom::model
