#include "sim/base/data_folder.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

#include "sim/base/error.h"
#include "sim/base/paths.h"
#include "tests/support/temp_folder.h"

using namespace peeksim;

namespace fs = std::filesystem;

namespace {

// PEEKSIM_DATA for the time of a test.
struct DataVariable {
  explicit DataVariable(const std::string& value) { ::setenv("PEEKSIM_DATA", value.c_str(), 1); }
  ~DataVariable() { ::unsetenv("PEEKSIM_DATA"); }
  DataVariable(const DataVariable&) = delete;
  DataVariable& operator=(const DataVariable&) = delete;
};

}  // namespace

TEST_CASE("the data folder is share/peeksim above the program") {
  const fs::path folder = data_folder();
  CHECK(folder.parent_path().filename() == "share");
  CHECK(fs::path(own_program()).string().rfind(folder.parent_path().parent_path().string(), 0) ==
        0);
  CHECK(same_file(folder / "configs", PEEKSIM_SOURCE_DIR "/configs"));
}

TEST_CASE("PEEKSIM_DATA names another data folder, and one without tables is an error") {
  const TempFolder files;
  files.write("configs/energy/x.yaml", "");
  {
    const DataVariable set(files.path());
    CHECK(data_folder() == files.path());
  }
  {
    const DataVariable set("");
    CHECK(fs::path(data_folder()).filename() == "peeksim");
  }
  const DataVariable set(files.path("configs"));
  try {
    data_folder();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string(error.what()) ==
          "PEEKSIM_DATA: '" + files.path("configs") +
              "' is no folder with configs/energy in it; name the folder that holds configs, "
              "workloads and traces, or unset it");
  }
}

TEST_CASE("an input file is the one here, else the shipped one, else the name as it is") {
  const TempFolder data, here;
  data.write("configs/energy/x.yaml", "");
  data.write("configs/a.yaml", "");
  here.write("machine.yaml", "");
  here.write("configs/b.yaml", "");
  data.write("configs/b.yaml", "");
  const DataVariable set(data.path());
  const std::string sweep = here.path("machine.yaml");
  const std::string shipped = path_behind_links(data.path("configs/a.yaml"));
  CHECK(input_file("configs/a.yaml") == shipped);
  CHECK(input_file("configs/a.yaml", sweep) == shipped);
  CHECK(input_file("configs/b.yaml", sweep) == here.path("configs/b.yaml"));
  CHECK(input_file("configs/none.yaml") == "configs/none.yaml");
  CHECK(input_file("configs/none.yaml", sweep) == here.path("configs/none.yaml"));
  // Whoever says where a file is means no other.
  CHECK(input_file("./configs/a.yaml") == "./configs/a.yaml");
  CHECK(input_file("../configs/a.yaml", here.path("x/y")) == here.path("configs/a.yaml"));
  CHECK(input_file("/configs/a.yaml", sweep) == "/configs/a.yaml");
  CHECK(input_file("configs") == "configs");  // no file
  CHECK(input_file("") == "");
}

TEST_CASE("the advice for a file that is not there says where else it was looked for") {
  const TempFolder data;
  data.write("configs/energy/x.yaml", "");
  const DataVariable set(data.path());
  CHECK(check_path("configs/none.yaml") == "check the path; " + data.path() + " has none either");
  CHECK(check_path("./none.yaml") == "check the path and its permissions");
  const std::string relative = "the path is relative to the file that names it";
  CHECK(check_path("configs/none.yaml", data.path("x")) ==
        relative + "; " + data.path() + " has none either");
  CHECK(check_path("../none.yaml", data.path("x")) == relative);
  CHECK(check_path(data.path()) == "check the path and its permissions");
}
