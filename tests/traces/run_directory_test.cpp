// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/full_disk.h"
#include "spillway/tests/traces/temporary_directory.h"

namespace spillway {
namespace {

namespace fs = std::filesystem;
using testing::full_disk_outcome;
using testing::is_one_line;
using testing::message_of;
using testing::temporary_directory;
using use = run_directory::use;

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void put(const std::string& path, const std::string& content = "x") { std::ofstream(path) << content; }

/// While it lives, this process is an ordinary user, whom permissions bind.
class ordinary_user {
 public:
  ordinary_user() : m_root(geteuid() == 0 && seteuid(65534) == 0) {}
  ~ordinary_user() {
    if (m_root && seteuid(0) != 0) std::abort();
  }
  ordinary_user(const ordinary_user&) = delete;
  ordinary_user& operator=(const ordinary_user&) = delete;

 private:
  bool m_root;
};

TEST_CASE("a new directory is made, parents included, and an empty one is taken") {
  const temporary_directory folder;
  const std::string path = folder.file("a/b/run");
  CHECK(run_directory(path).file("outputs.npy") == path + "/outputs.npy");
  CHECK(fs::is_directory(path));
  CHECK_NOTHROW(run_directory{path});
}

TEST_CASE("a directory that holds something is refused, and the message says what would be right") {
  const temporary_directory folder;
  put(folder.file("thesis.tex"));
  CHECK(message_of<config_error>([&] { run_directory{folder.path()}; }) ==
        folder.path() + ": the directory is not empty; name a new one, or overwrite with --force");
  for (const use how : {use::overwrite, use::resume})
    CHECK(message_of<config_error>([&] { run_directory(folder.path(), how); }) ==
          folder.path() + ": the directory holds other files but no run; name a new or an empty one");
  CHECK(content_of(folder.file("thesis.tex")) == "x");
  CHECK(message_of<config_error>([&] { run_directory{folder.file("thesis.tex")}; }) ==
        folder.file("thesis.tex") + ": is a file; -o expects a directory, new or empty");
  CHECK_THROWS_AS(run_directory{""}, config_error);
}

TEST_CASE("force removes an earlier run's files and nothing else; resuming removes nothing") {
  const temporary_directory folder;
  for (const char* name : {"manifest.json", "run.sqlite", "run.sqlite-journal", "outputs.npy", "report.html", "mine"})
    put(folder.file(name));
  fs::create_directories(folder.file("report/data"));
  put(folder.file("report/data/points.csv"));
  CHECK_NOTHROW(run_directory(folder.path(), use::resume));
  CHECK(fs::exists(folder.file("report/data/points.csv")));
  CHECK_NOTHROW(run_directory(folder.path(), use::overwrite));
  int left = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    ++left;
    CHECK(entry.path().filename() == "mine");
  }
  CHECK(left == 1);
}

TEST_CASE("force takes an estimate's directory, too") {
  const temporary_directory folder;
  put(folder.file("estimate_layer_cycles.json"));
  put(folder.file("estimate_layer_resources.json"));
  CHECK_THROWS_AS(run_directory{folder.path()}, config_error);
  CHECK_NOTHROW(run_directory(folder.path(), use::overwrite));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("the manifest says what made the run") {
  const temporary_directory folder;
  const run_directory directory(folder.file("run"));
  run_manifest manifest{
      "0.1.0", "spillway simulate 'a b.onnx'", content_hash("x"), {{"orders", 7}, {"stalls", 1}}, utc_now(), 0, false};
  directory.write_manifest(manifest);
  manifest.wall_seconds = 1.25;
  manifest.finished = true;
  directory.write_manifest(manifest);
  const auto read = nlohmann::json::parse(content_of(directory.file("manifest.json")));
  CHECK(read["version"] == "0.1.0");
  CHECK(read["command"] == "spillway simulate 'a b.onnx'");
  CHECK(read["configuration_hash"] == content_hash("x"));
  CHECK(read["seeds"] == nlohmann::json{{"orders", 7}, {"stalls", 1}});
  CHECK(read["wall_seconds"] == 1.25);
  CHECK(read["finished"] == true);
  CHECK(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("hashes are those of FNV-1a") {
  CHECK(content_hash("") == "cbf29ce484222325");
  CHECK(content_hash("a") == "af63dc4c8601ec8c");
  CHECK(content_hash("foobar") == "85944171f73967e8");
}

TEST_CASE("the clock is written as ISO 8601 in UTC") {
  const std::string now = utc_now();
  REQUIRE(now.size() == 20);
  CHECK(now[4] == '-');
  CHECK(now[10] == 'T');
  CHECK(now.back() == 'Z');
}

TEST_CASE("a file that cannot be written whole leaves the earlier one as it was") {
  const temporary_directory folder;
  const std::string path = folder.file("data.csv");
  write_file_atomically(path, "earlier");
  {
    const testing::file_size_limit limit(1000);
    CHECK(is_one_line(message_of<io_error>([&] { write_file_atomically(path, std::string(5000, 'x')); })));
  }
  CHECK(content_of(path) == "earlier");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);  // no draft left
  write_file_atomically(path, std::string(5000, 'y'));
  CHECK(content_of(path) == std::string(5000, 'y'));
}

TEST_CASE("a full disk is an io error") {
  const temporary_directory folder;
  const auto outcome = testing::on_full_disk<io_error>(
      folder.path(), [&] { write_file_atomically(folder.file("a"), std::string(1'000'000, 'x')); });
  if (outcome == full_disk_outcome::cannot_mount)
    MESSAGE("skipped: this system does not let us mount a small disk");
  else
    CHECK(outcome == full_disk_outcome::refused);
}

TEST_CASE("a read-only directory is an io error") {
  const temporary_directory folder;
  const std::string path = folder.file("read-only");
  fs::create_directory(path);
  chmod(folder.path().c_str(), 0755);
  chmod(path.c_str(), 0555);
  const ordinary_user user;
  CHECK(message_of<io_error>([&] { run_directory{path + "/run"}; }) ==
        path + "/run: cannot make the directory: Permission denied");
  CHECK(message_of<io_error>([&] { write_file_atomically(path + "/a", "x"); }) ==
        path + "/a: cannot write the file: Permission denied");
}

TEST_CASE("names that are too long are io errors of bearable length") {
  const temporary_directory folder;
  const std::string name(5000, 'n');
  for (const std::string& message : {message_of<io_error>([&] { run_directory{folder.file(name)}; }),
                                     message_of<io_error>([&] { write_file_atomically(folder.file(name), "x"); })}) {
    CHECK(message.find("File name too long") != std::string::npos);
    CHECK(message.size() < 300);
    CHECK(is_one_line(message));
  }
  CHECK(is_one_line(message_of<error>([&] { run_directory{"/dev/null/two\nlines"}; })));
}

}  // namespace
}  // namespace spillway
