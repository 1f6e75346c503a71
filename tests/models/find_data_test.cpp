// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/find_data.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/tests/models/hostile_bytes.h"

using namespace spillway;
using namespace spillway::testing;

namespace fs = std::filesystem;

namespace {

/// SPILLWAY_DATA while it lives.
class data_variable {
 public:
  explicit data_variable(const std::string& value) {
    const char* before = std::getenv("SPILLWAY_DATA");
    if (before != nullptr) m_before = before;
    setenv("SPILLWAY_DATA", value.c_str(), 1);
  }
  ~data_variable() { m_before.empty() ? unsetenv("SPILLWAY_DATA") : setenv("SPILLWAY_DATA", m_before.c_str(), 1); }
  data_variable(const data_variable&) = delete;
  data_variable& operator=(const data_variable&) = delete;

 private:
  std::string m_before;
};

/// The working directory while it lives.
class working_directory {
 public:
  explicit working_directory(const fs::path& path) { fs::current_path(path); }
  ~working_directory() { fs::current_path(m_before); }
  working_directory(const working_directory&) = delete;
  working_directory& operator=(const working_directory&) = delete;

 private:
  fs::path m_before = fs::current_path();
};

}  // namespace

TEST_CASE("a name is looked up in every folder of SPILLWAY_DATA, in order, and in their data/") {
  const temporary_directory first, second;
  fs::create_directories(second.file("data/one"));
  fs::create_directories(second.file("zoo"));
  const data_variable variable(":" + first.path() + "::" + second.path() + ":");
  CHECK(data_roots()[0] == first.path());
  CHECK(data_roots()[1] == second.path());
  CHECK(find_data("one") == second.file("data/one"));
  CHECK(find_data("zoo") == second.file("zoo"));
  fs::create_directories(first.file("one"));
  CHECK(find_data("one") == first.file("one"));
}

TEST_CASE("without SPILLWAY_DATA a name is looked up beside the executable, then in ./models and ../models") {
  const data_variable none("");
  const std::vector<fs::path> roots = data_roots();
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  REQUIRE(roots.size() == 5);
  CHECK(roots[0] == (folder / "../../models").lexically_normal());
  CHECK(roots[1] == (folder / "..").lexically_normal());
  CHECK(roots[2] == (folder / "../share/spillway").lexically_normal());
  CHECK(roots[3] == "models");
  CHECK(roots[4] == "../models");
  const temporary_directory tree;
  fs::create_directories(tree.file("models/data/only-here"));
  fs::create_directories(tree.file("sub"));
  {
    const working_directory there(tree.path());
    CHECK(find_data("only-here") == "models/data/only-here");
  }
  const working_directory below(tree.file("sub"));
  CHECK(find_data("only-here") == "../models/data/only-here");
}

TEST_CASE("an unknown name is refused with the places and the nearest name") {
  const temporary_directory root;
  fs::create_directories(root.file("data/binary-mnist"));
  fs::create_directories(root.file("zoo"));
  const data_variable variable(root.path());
  const std::string message = message_of<config_error>([] { find_data("binary-mnits"); });
  CHECK(message.starts_with("there is no data named 'binary-mnits' in " + root.path() + ", "));
  CHECK(message.ends_with(", models, ../models (set SPILLWAY_DATA to look elsewhere); nearest: binary-mnist"));
  CHECK(message_of<config_error>([] { load_dataset("binary-mnits"); }) == message);
  CHECK(message_of<config_error>([] { load_dataset(""); }) ==
        "'' is not the name of data; names have no slashes, for instance binary-mnist");
  for (const char* name : {"", ".", "..", "../zoo", "/etc"})
    CHECK(message_of<config_error>([&] { find_data(name); }).find("is not the name of data") != std::string::npos);
}

TEST_CASE("a name wins over a folder of the working directory that has it, too") {
  const temporary_directory root, other;
  const auto make = [](const std::string& folder, const char* name) {
    fs::create_directories(folder);
    write_npy(folder + "/x.npy", integer_tensor::from(unsigned_type(8), {1, 1}, {1}));
    write_bytes(folder + "/dataset.json", std::string(R"({"frames": 1, "features": 1, "bits_per_feature": 8,)") +
                                              R"("images": "x.npy", "name": ")" + name + "\"}");
  };
  make(root.file("digits"), "shipped");
  make(other.file("digits"), "own");
  make(other.file("letters"), "letters");
  const data_variable variable(root.path());
  const working_directory there(other.path());
  CHECK(load_dataset("digits").name == "shipped");
  CHECK(load_dataset("./digits").name == "own");
  CHECK(load_dataset("letters").name == "letters");
}
