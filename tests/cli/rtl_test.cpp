// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "spillway/tests/cli/refusals.h"
#include "spillway/tests/cli/run_process.h"

using namespace spillway;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

struct rtl_folder {
  fs::path path = fs::temp_directory_path() / "spillway_rtl_test";
  std::string name = path.string();

  rtl_folder() { fs::remove_all(path); }
  ~rtl_folder() { fs::remove_all(path); }

  std::string text(const char* file) const {
    std::ifstream in(path / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

}  // namespace

TEST_CASE("rtl writes every file that it names, and a list of sources that are there") {
  const rtl_folder folder;
  const process_result result = spillway_command({"rtl", qat, "-o", folder.name, "--accumulator", "12", "--json"});
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json said = json::parse(result.out);
  CHECK(said["top"] == "qat_w8a1");
  CHECK(said["units"] == 1);
  for (const json& file : said["files"]) CHECK(fs::file_size(folder.path / file.get<std::string>()) > 0);
  for (const char* file :
       {"qat_w8a1.sv", "qat_w8a1_bench.sv", "Makefile", "spillway_mvau.sv", "qat_w8a1_input.hex", "synth.ys"})
    CHECK(fs::exists(folder.path / file));
  std::ifstream list(folder.path / "qat_w8a1.f");
  for (std::string source; std::getline(list, source);) CHECK(fs::exists(folder.path / source));
  CHECK(folder.text("qat_w8a1.sv").find("s_axis_tdata") != std::string::npos);
}

TEST_CASE("rtl puts queues at the outputs of units where it is asked to, and says what they take") {
  const rtl_folder folder;
  const std::vector<std::string> plain{"rtl", qat, "-o", folder.name, "--force", "--accumulator", "12", "--json"};
  const json before = json::parse(spillway_command(plain).out);
  CHECK(before["output_register"] == "enable");
  CHECK(before["output_queues"].empty());
  CHECK(folder.text("qat_w8a1.sv").find("queue") == std::string::npos);
  CHECK(!fs::exists(folder.path / "spillway_output_queue.sv"));
  auto queued = plain;
  queued.insert(queued.end(), {"--output-register", "queue"});
  const json said = json::parse(spillway_command(queued).out);
  CHECK(folder.text("qat_w8a1.sv").find("spillway_queued_mvau #(") != std::string::npos);
  for (const char* file : {"spillway_queued_mvau.sv", "spillway_queued_compute.sv", "spillway_output_queue.sv"})
    CHECK(fs::exists(folder.path / file));
  REQUIRE(said["output_queues"].size() == 1);
  CHECK(said["output_queues"][0]["unit"] == "MVAU_0");
  CHECK(said["output_queues"][0]["depth"] == 8);  // the latency of SIMD 56
  CHECK(said["output_queues"][0]["luts"] > 0);
  queued.back() = "skid";
  check_refused(spillway_command(queued), 2, {"--output-register", "skid", "queue"});
}

TEST_CASE("rtl writes the same bytes again, and another bench for other frames") {
  const rtl_folder folder;
  const std::vector<std::string> plain{"rtl", qat, "-o", folder.name, "--force"};
  REQUIRE(spillway_command(plain).code == 0);
  const std::string top = folder.text("qat_w8a1.sv"), input = folder.text("qat_w8a1_input.hex");
  REQUIRE(spillway_command(plain).code == 0);
  CHECK(folder.text("qat_w8a1.sv") == top);
  CHECK(folder.text("qat_w8a1_input.hex") == input);
  REQUIRE(
      spillway_command({"rtl", qat, "-o", folder.name, "--force", "--data", "binary-mnist", "--frames", "3"}).code ==
      0);
  CHECK(folder.text("qat_w8a1.sv") == top);
  CHECK(folder.text("qat_w8a1_input.hex") != input);
}

TEST_CASE("rtl without frames writes no bench, and takes a name that is legal or makes it so") {
  const rtl_folder folder;
  const process_result result =
      spillway_command({"rtl", qat, "-o", folder.name, "--frames", "0", "--name", "my-design 2", "--json"});
  REQUIRE(result.code == 0);
  CHECK(json::parse(result.out)["top"] == "my_design_2");
  CHECK(fs::exists(folder.path / "my_design_2.f"));
  CHECK(!fs::exists(folder.path / "Makefile"));
}

TEST_CASE("rtl refuses in one line, and touches nothing that is there") {
  const rtl_folder folder;
  check_refused(spillway_command({"rtl", qat}), 2, {"--output"});
  check_refused(spillway_command({"rtl", qat, "-o", folder.name, "--fifos", "deep"}), 2, {"full-rate"});
  check_refused(spillway_command({"rtl", qat, "-o", folder.name, "--pe", "3"}), 2, {"does not divide"});
  CHECK(!fs::exists(folder.path));
  fs::create_directories(folder.path);
  std::ofstream(folder.path / "mine.txt") << "mine";
  check_refused(spillway_command({"rtl", qat, "-o", folder.name}), 2, {"holds files already", "--force"});
  check_refused(spillway_command({"rtl", qat, "-o", (folder.path / "mine.txt").string()}), 2, {"is a file"});
  CHECK(folder.text("mine.txt") == "mine");
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator{}) == 1);
}
