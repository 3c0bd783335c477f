#pragma once
#include "actors/security/sha256.hpp"
#include "actors/storage/package_store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

/// What every package_store promises. `Implementation` is default-constructible and has
/// `std::unique_ptr<package_store> open()`.
namespace fedloom::test {

inline domain::package_digest digest_of(std::string_view archive) {
  return domain::package_digest{security::sha256_of(domain::as_bytes(archive))};
}

template <class Implementation>
class package_store_contract : public testing::Test {
protected:
  Implementation implementation_;
  std::unique_ptr<storage::package_store> store_ = implementation_.open();
  temporary_folder uploads_;
};

TYPED_TEST_SUITE_P(package_store_contract);

TYPED_TEST_P(package_store_contract, gives_back_what_was_put) {
  const auto id = digest_of("archive");
  ASSERT_TRUE(this->store_->put(id, domain::as_bytes("archive")));
  ASSERT_TRUE(this->store_->put(id, domain::as_bytes("archive")));
  EXPECT_TRUE(this->store_->has(id));
  EXPECT_EQ(this->store_->get(id).value().text(), "archive");
  EXPECT_EQ(this->store_->list(), std::vector{id});
}

TYPED_TEST_P(package_store_contract, takes_a_file_and_leaves_it_where_it_is) {
  const auto file = this->uploads_ / "upload";
  std::ofstream(file) << "archive in a file";
  const auto id = digest_of("archive in a file");
  ASSERT_TRUE(this->store_->put_file(id, file));
  EXPECT_TRUE(std::filesystem::exists(file));
  std::filesystem::remove(file);
  EXPECT_EQ(this->store_->get(id).value().text(), "archive in a file");
}

TYPED_TEST_P(package_store_contract, refuses_bytes_of_another_digest) {
  const auto file = this->uploads_ / "upload";
  std::ofstream(file) << "something else";
  const auto id = digest_of("archive");
  EXPECT_EQ(this->store_->put(id, domain::as_bytes("something else")).error().code, domain::errc::malformed);
  EXPECT_EQ(this->store_->put_file(id, file).error().code, domain::errc::malformed);
  EXPECT_FALSE(this->store_->has(id));
  EXPECT_TRUE(this->store_->list().empty());
}

TYPED_TEST_P(package_store_contract, says_that_a_package_or_a_file_is_not_there) {
  const auto id = digest_of("archive");
  EXPECT_EQ(this->store_->get(id).error(), (domain::error{domain::errc::not_found, "no package " + to_hex(id)}));
  EXPECT_FALSE(this->store_->put_file(id, this->uploads_ / "nothing"));
}

TYPED_TEST_P(package_store_contract, removes_while_somebody_reads) {
  const auto id = digest_of("archive");
  ASSERT_TRUE(this->store_->put(id, domain::as_bytes("archive")));
  const auto open = this->store_->get(id).value();
  ASSERT_TRUE(this->store_->remove(id));
  ASSERT_TRUE(this->store_->remove(id));
  EXPECT_EQ(open.text(), "archive");
  EXPECT_FALSE(this->store_->has(id));
}

REGISTER_TYPED_TEST_SUITE_P(package_store_contract, gives_back_what_was_put, takes_a_file_and_leaves_it_where_it_is,
                            refuses_bytes_of_another_digest, says_that_a_package_or_a_file_is_not_there,
                            removes_while_somebody_reads);

} // namespace fedloom::test
