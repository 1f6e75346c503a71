// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/vcd_writer.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("only changes are written, in the form that IEEE 1364 gives them") {
  const auto path = std::filesystem::temp_directory_path() / "spillway_vcd_writer_test.vcd";
  {
    vcd_writer file(path, "1ns");
    file.open_scope("top");
    const auto bit = file.add_bits("bit", 1);
    const auto word = file.add_bits("word", 70);
    const auto text = file.add_text("text");
    file.close_scope();
    file.set_time(0);
    file.change(bit, 1);
    file.change(word, std::array<std::uint64_t, 2>{5, 0});
    file.change_text(text, "idle");
    file.set_time(5);
    file.change(bit, 1);
    file.set_time(10);
    file.change(bit, 0);
    file.change(word, std::array<std::uint64_t, 2>{5, 0x41});  // of the upper word, 6 bits count
    file.change_text(text, "idle");
    file.set_time(20);
    file.close();
  }
  CHECK(text_of(path) ==
        "$version spillway $end\n$timescale 1ns $end\n$scope module top $end\n$var wire 1 ! bit $end\n"
        "$var wire 70 \" word [69:0] $end\n$var string 1 # text $end\n$upscope $end\n$enddefinitions $end\n"
        "#0\n1!\nb101 \"\nsidle #\n#10\n0!\n"
        "b1" +
            std::string(61, '0') + "101 \"\n#20\n");
  std::filesystem::remove(path);
}

TEST_CASE("identifiers stay unique beyond 94 signals") {
  const auto path = std::filesystem::temp_directory_path() / "spillway_vcd_identifiers_test.vcd";
  {
    vcd_writer file(path, "1ns");
    for (int i = 0; i < 200; ++i) file.add_bits("s" + std::to_string(i), 1);
    file.set_time(0);
    for (std::size_t i = 0; i < 200; ++i) file.change(i, i % 2);
    file.close();
  }
  std::istringstream text(text_of(path));
  std::set<std::string> ids;
  for (std::string line; std::getline(text, line);)
    if (line.starts_with("$var")) {
      std::istringstream fields(line);
      std::string var, kind, width, id;
      fields >> var >> kind >> width >> id;
      ids.insert(id);
    }
  CHECK(ids.size() == 200);
  std::filesystem::remove(path);
}

TEST_CASE("a full disk and a missing folder are I/O errors that name the file") {
  CHECK_THROWS_AS(vcd_writer("/no/such/folder/waves.vcd", "1ns"), io_error);
  vcd_writer full("/dev/full", "1ns");
  full.add_bits("bit", 1);
  CHECK_THROWS_WITH_AS(full.close(), "/dev/full: the disk is full; free some space and run it again", io_error);
}
