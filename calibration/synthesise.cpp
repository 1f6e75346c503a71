// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "spillway/calibration/run_tool.h"
#include "spillway/calibration/synthesis.h"
#include "spillway/models/support/error.h"

// Synthesises the points of a list with Yosys, and adds what it counts to a file of results, a line a point as it is
// finished: begun again it goes on. With --check nothing is stored: what is stored is made again and compared.

namespace fs = std::filesystem;
using namespace spillway;

namespace {

/// The exit status that says "skipped" to CTest.
constexpr int another_tool = 77;

struct options {
  std::string list, results;
  int every = 1, limit = 1 << 30, part = 0, parts = 1, batch = 1;
  bool check = false, ultrascale = false, with_dsp = false;

  synthesis_target target() const {
    return {ultrascale ? fpga_family::ultrascale_plus : fpga_family::series7, with_dsp};
  }
};

/// A folder of its own below the system's temporary one, removed with all that is in it.
class scratch_folder {
 public:
  scratch_folder() {
    std::string name = (fs::temp_directory_path() / "spillway-synthesis-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw io_error("no temporary folder can be made");
    m_path = name;
  }
  ~scratch_folder() {
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  const fs::path& path() const { return m_path; }

 private:
  fs::path m_path;
};

/// Every so many of `points`, as many as asked for.
std::vector<synthesis_point> sample(const std::vector<synthesis_point>& points, const result_file& stored,
                                    const options& chosen) {
  std::set<std::string> names;
  for (const synthesis_result& result : stored.results) names.insert(result.name);
  std::vector<synthesis_point> chosen_points;
  for (std::size_t i = 0; i < points.size(); i += static_cast<std::size_t>(chosen.every))
    if (names.contains(points[i].name) && static_cast<int>(chosen_points.size()) < chosen.limit)
      chosen_points.push_back(points[i]);
  return chosen_points;
}

/// Synthesises points again, each alone: a failure if any comes out otherwise than stored; nothing can be said with
/// another version of Yosys.
int check(const std::vector<synthesis_point>& points, const result_file& stored, synthesis_target target) {
  std::map<std::string, const synthesis_result*> by_name;
  for (const synthesis_result& result : stored.results) by_name[result.name] = &result;
  if (const std::string tool = yosys_version(); tool != stored.tool) {
    fmt::print(stderr, "skipped: what is stored is of {}, and this is {}\n", stored.tool, tool);
    return another_tool;
  }
  int differing = 0;
  for (const synthesis_point& point : points) {
    const scratch_folder scratch;
    const synthesis_result again = synthesise({&point, 1}, scratch.path(), target).front();
    const synthesis_result& before = *by_name.at(again.name);
    const bool agrees = again.counted == before.counted && again.spec == before.spec;
    fmt::print("{:<28} {} LUT, {} FF: {}\n", again.name, again.counted.luts, again.counted.ff,
               agrees ? "as stored" : "DIFFERS");
    differing += agrees ? 0 : 1;
  }
  fmt::print("{} of {} points differ from what is stored\n", differing, points.size());
  return points.empty() || differing > 0 ? 1 : 0;
}

/// The points of this part that are not stored yet.
std::vector<synthesis_point> open_points(const std::vector<synthesis_point>& points,
                                         const std::optional<result_file>& stored, const options& chosen) {
  std::map<std::string, std::string> done;
  if (stored)
    for (const synthesis_result& result : stored->results) done[result.name] = result.spec;
  std::vector<synthesis_point> open;
  for (std::size_t i = 0; i < points.size() && static_cast<int>(open.size()) < chosen.limit; ++i) {
    if (static_cast<int>(i % static_cast<std::size_t>(chosen.parts)) != chosen.part) continue;
    const auto before = done.find(points[i].name);
    if (before == done.end())
      open.push_back(points[i]);
    else if (before->second != points[i].spec)
      throw input_error(
          fmt::format("{}: {} is another point now; right: a new name, or a new file", chosen.results, points[i].name));
  }
  return open;
}

int add(const std::vector<synthesis_point>& points, const options& chosen) {
  const auto stored = read_results(chosen.results);
  const std::vector<synthesis_point> open = open_points(points, stored, chosen);
  std::ofstream out(chosen.results, std::ios::app);
  if (!stored) out << header_line(yosys_version(), chosen.target()) << "\n";
  const auto batch = static_cast<std::size_t>(chosen.batch);
  for (std::size_t first = 0; first < open.size(); first += batch) {
    const scratch_folder scratch;
    const auto some = std::span(open).subspan(first, std::min(batch, open.size() - first));
    for (const synthesis_result& result : synthesise(some, scratch.path(), chosen.target()))
      out << to_line(result) << "\n";
    out.flush();
    if (!out) throw io_error(fmt::format("{} can't be written", chosen.results));
    fmt::print(stderr, "{} of {} points\n", first + some.size(), open.size());
  }
  return 0;
}

int run(const options& chosen) {
  const std::vector<synthesis_point> points = read_points(chosen.list);
  if (!chosen.check) return add(points, chosen);
  const auto stored = read_results(chosen.results);
  if (!stored) throw io_error(fmt::format("{}: there is no such file", chosen.results));
  return check(sample(points, *stored, chosen), *stored, chosen.target());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Synthesises a list of points with Yosys and stores what it counts");
  options chosen;
  app.add_option("LIST", chosen.list, "A file of points, one JSON object a line")->required();
  app.add_option("RESULTS", chosen.results, "The file that results are added to")->required();
  app.add_flag("--check", chosen.check, "Make stored results again and compare");
  app.add_flag("--ultrascale", chosen.ultrascale, "For UltraScale+ (xcup) instead of the 7-series");
  app.add_flag("--dsp", chosen.with_dsp, "With DSPs, for units whose multipliers are to be of them");
  app.add_option("--every", chosen.every, "With --check: only every so many points")->check(CLI::PositiveNumber);
  app.add_option("--limit", chosen.limit, "At most so many points")->check(CLI::PositiveNumber);
  app.add_option(
         "--batch", chosen.batch,
         "Points that one run of Yosys takes: quicker, but a count may come out a few LUTs otherwise than alone")
      ->check(CLI::PositiveNumber);
  app.add_option("--part", chosen.part, "Of --parts: points part, part + parts, ...");
  app.add_option("--parts", chosen.parts, "Parts that the list is divided into")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  return run_tool("synthesise", [&] { return run(chosen); });
}
