#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace fedloom::package {

/// Writes archives that nobody should unpack.
class archive_maker {
public:
  enum class compression { none, gzip, bzip2 };

  explicit archive_maker(const std::filesystem::path& file, compression how = compression::gzip)
      : writer_(archive_write_new()) {
    archive_write_set_format_gnutar(writer_);
    if (how == compression::gzip)
      archive_write_add_filter_gzip(writer_);
    if (how == compression::bzip2)
      archive_write_add_filter_bzip2(writer_);
    if (archive_write_open_filename(writer_, file.c_str()) != ARCHIVE_OK)
      throw std::runtime_error("cannot write " + file.string());
  }
  ~archive_maker() { archive_write_free(writer_); }
  archive_maker(const archive_maker&) = delete;
  archive_maker& operator=(const archive_maker&) = delete;

  archive_maker& file(const std::string& name, const std::string& content = "", unsigned mode = 0644) {
    return add(name, AE_IFREG, mode, content);
  }
  archive_maker& folder(const std::string& name) { return add(name, AE_IFDIR, 0755, ""); }
  archive_maker& device(const std::string& name) { return add(name, AE_IFCHR, 0644, ""); }
  archive_maker& pipe(const std::string& name) { return add(name, AE_IFIFO, 0644, ""); }
  archive_maker& symbolic_link(const std::string& name, const std::string& target) {
    return add(name, AE_IFLNK, 0777, "", [&](archive_entry* one) { archive_entry_set_symlink(one, target.c_str()); });
  }
  archive_maker& hard_link(const std::string& name, const std::string& target) {
    return add(name, AE_IFREG, 0644, "", [&](archive_entry* one) { archive_entry_set_hardlink(one, target.c_str()); });
  }

private:
  template <class Change>
  archive_maker& add(const std::string& name, unsigned type, unsigned mode, const std::string& content, Change change) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, static_cast<mode_t>(mode));
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    change(entry);
    const bool written = archive_write_header(writer_, entry) == ARCHIVE_OK &&
                         archive_write_data(writer_, content.data(), content.size()) >= 0;
    archive_entry_free(entry);
    if (!written)
      throw std::runtime_error(archive_error_string(writer_));
    return *this;
  }
  archive_maker& add(const std::string& name, unsigned type, unsigned mode, const std::string& content) {
    return add(name, type, mode, content, [](archive_entry*) {});
  }

  archive* writer_;
};

} // namespace fedloom::package
