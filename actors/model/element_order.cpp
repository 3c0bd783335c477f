#include "actors/model/element_order.hpp"

#include <algorithm>
#include <cstring>

namespace fedloom::model {

void swap_bytes(std::span<std::byte> elements, std::size_t element_bytes) {
  for (std::size_t i = 0; i + element_bytes <= elements.size(); i += element_bytes) {
    std::reverse(elements.begin() + static_cast<std::ptrdiff_t>(i),
                 elements.begin() + static_cast<std::ptrdiff_t>(i + element_bytes));
  }
}

void transpose(const tensor_spec& tensor, domain::byte_span from, std::span<std::byte> to) {
  const auto rank = tensor.shape.size();
  const auto width = size_of(tensor.type);
  std::vector<std::uint64_t> stride(rank, width);
  for (std::size_t axis = 1; axis < rank; ++axis) {
    stride[axis] = stride[axis - 1] * tensor.shape[axis - 1];
  }
  std::vector<std::uint64_t> index(rank, 0);
  std::uint64_t source = 0;
  for (std::size_t at = 0; at < to.size(); at += width) {
    std::memcpy(to.data() + at, from.data() + source, width);
    for (std::size_t axis = rank; axis-- > 0;) {
      source += stride[axis];
      if (++index[axis] < tensor.shape[axis]) {
        break;
      }
      source -= stride[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

} // namespace fedloom::model
