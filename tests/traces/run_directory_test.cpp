// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_directory.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "spillway/models/support/error.h"
#include "spillway/models/support/file_draft.h"
#include "spillway/tests/traces/full_disk.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/result_files.h"

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

run_manifest sample_manifest(const std::string& content = "x", const std::string& kind = "run") {
  return {"0.1.0",
          "spillway simulate 'a b.onnx'",
          content_hash(content),
          {{"orders", 7}, {"stalls", 1}},
          utc_now(),
          0,
          false,
          "cycle",
          kind};
}

/// Every path below a directory with what stands in it.
std::map<std::string, std::string> everything_in(const std::string& path) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    found[fs::relative(entry.path(), path).string()] =
        entry.is_regular_file() ? content_of(entry.path().string()) : std::string("folder");
  return found;
}

/// A directory that a finished run has left, with a report and things of the user's.
void leave_finished_run(const std::string& path) {
  run_directory directory(path);
  REQUIRE(directory.begin(sample_manifest()) == run_directory::start::anew);
  for (const char* name : {"run.sqlite", "outputs.npy"}) put(directory.file(name), "old");
  directory.finish(sample_manifest());
  fs::create_directories(path + "/report/data");
  for (const char* name :
       {"/report.html", "/against.html", "/report/data/totals.csv", "/report/thesis.tex", "/notes.txt"})
    put(path + name);
  note_report_files(path, {"data/totals.csv"});
}

TEST_CASE("a new directory is made when the run begins, parents included, and not before") {
  const temporary_directory folder;
  const std::string path = folder.file("a/b/run");
  run_directory directory(path);
  CHECK_FALSE(fs::exists(folder.file("a")));
  CHECK(directory.begin(sample_manifest()) == run_directory::start::anew);
  CHECK(directory.file("outputs.npy") == path + "/outputs.npy");
  CHECK(read_manifest(path)->finished == false);
}

TEST_CASE("a directory that holds something else is refused, with force too, and stays as it is") {
  const temporary_directory folder;
  put(folder.file("thesis.tex"));
  const std::string refusal = ": the directory holds other files but no run; name a new or an empty one";
  for (const use how : {use::fresh, use::overwrite, use::resume})
    CHECK(message_of<config_error>([&] { run_directory(folder.path(), how); }) == folder.path() + refusal);
  CHECK(message_of<config_error>([&] { run_directory{folder.file("thesis.tex")}; }) ==
        folder.file("thesis.tex") + ": is a file; -o expects a directory, new or empty");
  CHECK_THROWS_AS(run_directory{""}, config_error);
  CHECK(everything_in(folder.path()) == std::map<std::string, std::string>{{"thesis.tex", "x"}});
}

TEST_CASE("a manifest, a database or FINN's estimates do not make a directory ours") {
  for (const char* name : {"manifest.json", "run.sqlite", "study.sqlite", "estimate_layer_cycles.json"})
    for (const char* content : {"x", "{}", R"({"schema": "chrome-extension"})", R"({"schema": "spillway-manifest-1"})"})
      for (const use how : {use::fresh, use::overwrite, use::resume}) {
        const temporary_directory folder;
        put(folder.file(name), content);
        const auto before = everything_in(folder.path());
        CHECK(message_of<config_error>([&] { run_directory(folder.path(), how); }).find("but no run") !=
              std::string::npos);
        CHECK(everything_in(folder.path()) == before);
      }
}

TEST_CASE("what stands there stays until the new result is complete, and only our files go then") {
  const temporary_directory folder;
  leave_finished_run(folder.path());
  const auto before = everything_in(folder.path());
  CHECK(message_of<config_error>([&] { run_directory{folder.path()}; }) ==
        folder.path() + ": the directory is not empty; name a new one, or overwrite with --force");
  {
    run_directory directory(folder.path(), use::overwrite);
    CHECK(everything_in(folder.path()) == before);
    CHECK(directory.begin(sample_manifest("y")) == run_directory::start::anew);
    put(directory.file("run.sqlite"), "half");
    put(directory.file("outputs.npy.4194305.part"), "half");
  }
  auto interrupted = everything_in(folder.path());
  std::erase_if(interrupted, [](const auto& file) { return file.first.starts_with("unfinished"); });
  CHECK(interrupted == before);
  {
    run_directory directory(folder.path(), use::overwrite);
    CHECK(directory.begin(sample_manifest("y")) == run_directory::start::resumed);
    CHECK(content_of(directory.file("run.sqlite")) == "half");
    for (const char* name : {"run.sqlite", "outputs.npy"}) put(directory.file(name), "new");
    directory.finish(sample_manifest("y"));
    CHECK(directory.file("run.sqlite") == folder.file("run.sqlite"));
  }
  const auto after = everything_in(folder.path());
  CHECK(after.at("run.sqlite") == "new");
  CHECK(after.at("outputs.npy") == "new");
  CHECK(after.at("notes.txt") == "x");
  CHECK(after.at("report/thesis.tex") == "x");
  CHECK(after.size() == 6);  // those, report and the manifest
  CHECK(read_manifest(folder.path())->configuration_hash == content_hash("y"));
}

TEST_CASE("a replacement that was interrupted anywhere is finished by the next who writes") {
  for (int moved = 0; moved < 3; ++moved) {
    const temporary_directory folder;
    leave_finished_run(folder.path());
    const std::string made = folder.file("unfinished/");
    fs::create_directories(made);
    run_manifest manifest = sample_manifest("y");
    manifest.finished = true;
    put(made + "manifest.json", to_json(manifest));
    const std::vector<std::string> names{"outputs.npy", "run.sqlite"};
    for (int i = 0; i < 2; ++i)
      put((i < moved ? folder.path() + "/" : made) + names[static_cast<std::size_t>(i)], "new");
    run_directory next(folder.path(), use::resume);
    CHECK(next.begin(manifest) == run_directory::start::finished);
    for (const std::string& name : names) CHECK(content_of(folder.file(name)) == "new");
    CHECK_FALSE(fs::exists(made));
    CHECK_FALSE(fs::exists(folder.file("report.html")));
    CHECK_FALSE(fs::exists(folder.file("against.html")));
  }
}

TEST_CASE("an interrupted result goes on if kind and content are the same, and is refused or replaced otherwise") {
  const temporary_directory folder;
  { CHECK(run_directory(folder.path()).begin(sample_manifest()) == run_directory::start::anew); }
  put(folder.file("run.sqlite"), "half");
  const auto before = everything_in(folder.path());
  CHECK(run_directory(folder.path()).begin(sample_manifest()) == run_directory::start::resumed);
  CHECK(message_of<config_error>([&] { run_directory(folder.path()).begin(sample_manifest("y")); }) ==
        folder.path() +
            ": holds an unfinished run of another configuration; name a new directory, or overwrite with --force");
  CHECK(message_of<config_error>([&] {
          run_directory(folder.path(), use::resume).begin(sample_manifest("x", "study"));
        }).find("another kind") != std::string::npos);
  CHECK(everything_in(folder.path()) == before);
  // One that can't go on starts over beside what the earlier one has left.
  run_directory over(folder.path());
  CHECK(over.begin(sample_manifest(), false) == run_directory::start::anew);
  CHECK(content_of(folder.file("run.sqlite")) == "half");
  CHECK(over.file("run.sqlite") == folder.file("unfinished/run.sqlite"));
}

TEST_CASE("a finished result is not touched by whoever resumes it or comes with another kind") {
  const temporary_directory folder;
  leave_finished_run(folder.path());
  const auto before = everything_in(folder.path());
  CHECK(run_directory(folder.path(), use::resume).begin(sample_manifest()) == run_directory::start::finished);
  CHECK_THROWS_AS(run_directory(folder.path(), use::resume).begin(sample_manifest("y")), config_error);
  CHECK_THROWS_AS(run_directory(folder.path(), use::resume).begin(sample_manifest("x", "study")), config_error);
  CHECK(everything_in(folder.path()) == before);
}

TEST_CASE("two processes never write into one directory") {
  const temporary_directory folder;
  run_directory first(folder.path());
  first.begin(sample_manifest());
  const auto before = everything_in(folder.path());
  run_directory second(folder.path(), use::overwrite);
  CHECK(message_of<io_error>([&] { second.begin(sample_manifest("y")); }).find("another process writes into it") !=
        std::string::npos);
  CHECK(everything_in(folder.path()) == before);
}

TEST_CASE("the manifest says what made the run") {
  const temporary_directory folder;
  run_directory directory(folder.file("run"));
  directory.begin(sample_manifest());
  run_manifest manifest = sample_manifest();
  manifest.wall_seconds = 1.25;
  directory.finish(manifest);
  const auto read = nlohmann::json::parse(content_of(directory.file("manifest.json")));
  CHECK(read["version"] == "0.1.0");
  CHECK(read["kind"] == "run");
  CHECK(read["engine"] == "cycle");
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

TEST_CASE("a link stays and what it points to is replaced; a device is written to") {
  const temporary_directory folder;
  put(folder.file("target"));
  fs::create_symlink(folder.file("target"), folder.file("link"));
  write_file_atomically(folder.file("link"), "new");
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(content_of(folder.file("target")) == "new");
  fs::create_symlink("/dev/full", folder.file("full"));
  CHECK(message_of<io_error>([&] { write_file_atomically(folder.file("full"), "x"); }).find("the disk is full") !=
        std::string::npos);
  CHECK(fs::is_symlink(folder.file("full")));
}

TEST_CASE("drafts that killed processes left are removed, by name, and those of living ones stay") {
  const temporary_directory folder;
  for (const char* name : {"a.12345.part", "b.12345.part", "a.x.part", "a.part", "12345.part"}) put(folder.file(name));
  const file_draft living(folder.file("a"));  // a new draft of a file removes them
  CHECK_FALSE(fs::exists(folder.file("a.12345.part")));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 5);
  put(folder.file("a.12346.part"));
  const std::string name = "a";
  remove_stale_drafts(folder.path(), std::span(&name, 1));
  CHECK_FALSE(fs::exists(folder.file("a.12346.part")));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 5);
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
  CHECK(message_of<io_error>([&] { run_directory{path + "/a/run"}; }) ==
        path + "/a/run: cannot make the directory: Permission denied");
  CHECK(message_of<io_error>([&] { run_directory{path}; }) ==
        path + ": cannot write into the directory: Permission denied");
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
