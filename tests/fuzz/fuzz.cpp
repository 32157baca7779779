#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sim/base/error.h"

namespace fs = std::filesystem;

namespace peeksim {

namespace {

class Folder {
 public:
  Folder() {
    const fs::path memory = "/dev/shm";
    std::error_code none;
    const fs::path above = fs::is_directory(memory, none) ? memory : fs::temp_directory_path();
    path_ = (above / "peeksim-fuzz-XXXXXX").string();
    require(::mkdtemp(path_.data()) != nullptr, "no folder for the input can be made");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

const std::string& input_folder() {
  static const Folder folder;
  return folder.path();
}

std::string written_file(const std::string& name, const std::string& bytes) {
  const std::string path = input_folder() + "/" + name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  require(file.good(), "the input cannot be written");
  return path;
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::abort();
}

}  // namespace peeksim

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    peeksim::read_input(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const peeksim::Error& error) {
    peeksim::require(error.kind() != peeksim::ErrorKind::internal, error.what());
  }
  return 0;
}

// Debian's SystemC library calls it from a main() of its own, which is not used here.
extern "C" int sc_main(int, char**) {
  return 0;
}
