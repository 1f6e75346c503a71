// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/study/sample_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "spillway/explore/study/study_store.h"

namespace fixtures {

namespace {

using spillway::cell;
using spillway::study_row;

constexpr cell nothing = std::monostate{};
constexpr int unit_count = 4;

cell integer(std::int64_t value) { return value; }
cell real(double value) { return value; }
cell text(std::string value) { return cell(std::move(value)); }

std::string key(const char* kind, int number) { return fmt::format("{}{:0>12}", kind, number); }

struct made_network {
  std::string id, name, method;
  int certified = 13;
  std::optional<int> trained_for;
  double accuracy = 0.98, zeros = 0.05;
};

std::vector<made_network> networks() {
  std::vector<made_network> all{{key("net-", 0), "made-up/qat-w4a4", "qat", 13, {}, 0.982, 0.03}};
  int number = 1;
  for (const char* method : {"a2q", "a2q_plus"})
    for (const int bits : {8, 9, 10, 12}) {
      const bool plus = method == std::string("a2q_plus");
      all.push_back({key("net-", number++), fmt::format("made-up/{}-w4a4-p{}", method, bits), method, bits, bits,
                     0.982 - (plus ? 0.01 : 0.03) * std::exp2(9 - bits), std::min(0.9, std::exp2(7 - bits))});
    }
  return all;
}

void add_network(std::vector<study_row>& rows, const made_network& net) {
  const double entropy = 3.8 * (1 - net.zeros) + 0.2;
  rows.push_back({"networks",
                  {text(net.id),
                   text(net.name),
                   text(net.name + ".onnx"),
                   text(net.method),
                   net.trained_for ? integer(*net.trained_for) : nothing,
                   integer(4),
                   integer(4),
                   integer(6),
                   integer(1),
                   text("made up"),
                   real(0.984),
                   real(net.accuracy - 0.001),
                   nothing,
                   integer(unit_count),
                   integer(60000),
                   real(net.zeros),
                   real(4),
                   real(entropy),
                   real(32 / entropy),
                   integer(net.certified),
                   integer(net.trained_for ? 2 : 0)}});
  for (int u = 0; u < unit_count; ++u)
    rows.push_back(
        {"layers",
         {text(net.id), integer(u), text(fmt::format("MatMul_{}", u)), text(fmt::format("MVAU_{}", u)), integer(64),
          integer(u == 0 ? 784 : 64), text("INT4"), text(u == 0 ? "UINT8" : "UINT4"), real(net.zeros), real(entropy),
          integer(u == 0 ? 20 : net.certified), net.trained_for && u % 3 != 0 ? integer(*net.trained_for) : nothing,
          integer(14), integer(15), integer(u % 3 != 0)}});
  rows.push_back({"baselines",
                  {text(net.id), text("data000000000000"), integer(1000), real(net.accuracy),
                   real(net.accuracy - 0.009), real(net.accuracy + 0.007), nothing, nothing, nothing}});
}

void add_foldings(std::vector<study_row>& rows, const made_network& net) {
  for (const int cycles : {784, 98}) {
    const std::string id = fmt::format("{}-{}", net.id, cycles);
    rows.push_back({"foldings",
                    {text(id), text(net.id), text(fmt::format("{} cycles", cycles)), text("spillway"), text("xc7z020"),
                     real(200), real(cycles), integer(1), real(2e8 / cycles), integer(2 * cycles),
                     real(2 * cycles / 200.0), text("MVAU_0"), integer(cycles), nothing}});
    for (int u = 0; u < unit_count; ++u)
      rows.push_back(
          {"folding_units",
           {text(id), integer(u), text(fmt::format("MVAU_{}", u)), text("mvau"), text(fmt::format("MatMul_{}", u)),
            integer(u == 3 ? 10 : 8), integer(6272 / cycles), integer(cycles)}});
    for (int bits = 3; bits <= 13; ++bits)
      rows.push_back({"needs",
                      {text(net.id), text("data000000000000"), text(id), text("MVAU_1"), text("per_cycle"),
                       integer(1000), integer(bits), integer(20000 >> std::abs(bits - 7))}});
  }
}

/// A register choice of a network; `bits` 0: the policy means nothing there.
struct made_registers {
  std::string words, policy;
  int bits = 0;
};

std::vector<made_registers> registers(const made_network& net) {
  std::vector<made_registers> all{{"32", "asked", 32},
                                  {"data-type", "data-type", 15},
                                  {"certified", "certified", net.certified},
                                  {"observed", "observed", net.certified - 1},
                                  {"searched:0.5", "searched", net.certified - 2},
                                  {"claimed", "claimed", net.trained_for.value_or(0)}};
  for (int bits = 16; bits >= 4; --bits)
    if (bits < 13 || !net.trained_for) all.push_back({std::to_string(bits), "asked", bits});
  return all;
}

class point_maker {
 public:
  explicit point_maker(std::vector<study_row>& rows) : m_rows(rows) {}

  void add(const made_network& net, const made_registers& of, int cycles, const char* device, const char* overflow) {
    const std::string id = key("pt", m_count++), folding = fmt::format("{}-{}", net.id, cycles);
    std::vector<cell> cells{text(id), text(net.id), text("data000000000000"), text(of.words), text(of.policy)};
    if (of.bits == 0) {
      cells.insert(cells.end(), {nothing, text(overflow), text("per_cycle"), text(folding), text("spillway"),
                                 text(device), text("not applicable"), text("the file claims no width")});
      cells.resize(spillway::find_study_table("points").columns.size());
      m_rows.push_back({"points", std::move(cells)});
      return;
    }
    const bool is_proved = of.bits >= net.certified;
    const double short_of = is_proved ? 0 : net.certified - of.bits;
    const double loss = std::min(0.88, 0.002 * short_of * short_of * short_of * (overflow[0] == 'w' ? 2 : 1));
    const double accuracy = net.accuracy - loss;
    const double luts = (cycles == 784 ? 9000.0 : 40000.0) + 30.0 * of.bits * (cycles == 784 ? 1 : 8);
    const auto events = static_cast<std::int64_t>(short_of * 1000);
    const bool fits = luts < 41000;
    cells.insert(cells.end(), {integer(of.bits),
                               text(overflow),
                               text("per_cycle"),
                               text(folding),
                               text("spillway"),
                               text(device),
                               text("done"),
                               nothing,
                               text(is_proved ? "proved" : "simulated"),
                               integer(1000),
                               integer(events / 10),
                               real(accuracy),
                               real(accuracy - 0.009),
                               real(accuracy + 0.007),
                               nothing,
                               nothing,
                               nothing,
                               real(loss),
                               real(loss / 20),
                               real(loss * 3),
                               integer(1000),
                               integer(202000),
                               integer(events),
                               integer(events / 2),
                               integer(events / 4),
                               real(cycles),
                               real(2e8 / cycles),
                               real(cycles / 100.0),
                               real(luts),
                               real(luts * 0.93),
                               real(luts * 1.08),
                               real(luts * 1.4),
                               real(12),
                               real(0),
                               real(0),
                               integer(fits),
                               real(luts / 53200),
                               fits ? nothing : text("Slice LUTs 60000 of 53200"),
                               text(fmt::format("spillway simulate {}.onnx --data made-up --accumulator {}:{}",
                                                net.name, of.words, overflow))});
    m_rows.push_back({"points", std::move(cells)});
    for (int u = 0; u < unit_count; ++u) {
      const bool is_narrow = u % 3 != 0;
      m_rows.push_back({"point_units",
                        {text(id), integer(u), text(fmt::format("MVAU_{}", u)), text(fmt::format("MatMul_{}", u)),
                         text(fmt::format("{}:{}:per_cycle", is_narrow ? of.bits : 20, overflow)), text(of.policy),
                         integer(is_narrow ? of.bits : 20), integer(is_narrow ? net.certified : 20), integer(50500),
                         integer(is_narrow ? events / 2 : 0), integer(is_narrow ? events / 4 : 0),
                         integer(is_narrow ? events / 8 : 0), real(luts / 5)}});
    }
    if (of.policy == "searched")
      m_rows.push_back({"searches",
                        {text(id), text("data000000000000"), integer(1000), real(0.5), real(loss), real(loss / 20),
                         integer(37), real(luts), real(luts + 60)}});
    const std::pair<const char*, double> parts[] = {
        {"compute", 0.5}, {"threshold", 0.2}, {"memory", 0.15}, {"control", 0.05}, {"stream", 0.1}};
    for (const auto& [category, share] : parts)
      m_rows.push_back({"point_terms", {text(id), text(category), real(luts * share)}});
  }

  int count() const { return m_count; }

 private:
  std::vector<study_row>& m_rows;
  int m_count = 0;
};

void add_points(std::vector<study_row>& rows, int points) {
  point_maker maker(rows);
  for (const char* overflow : {"wrap", "saturate"})
    for (const char* device : {"xc7z020", "xczu7ev"})
      for (const int cycles : {784, 98})
        for (const made_network& net : networks())
          for (const made_registers& of : registers(net))
            if (maker.count() < points) maker.add(net, of, cycles, device, overflow);
}

}  // namespace

void write_sample_study(const std::filesystem::path& directory, int points) {
  std::filesystem::create_directories(directory);
  const std::string path = (directory / "study.sqlite").string();
  {
    spillway::study_store store(path);
    std::vector<study_row> rows{
        {"data",
         {text("data000000000000"), text("made-up"), text("made-up"), integer(1000), integer(0), text("top-1")}},
        {"devices",
         {text("xc7z020"), text("PYNQ-Z1, PYNQ-Z2, ZedBoard"), text("7-series"), integer(53200), integer(106400),
          integer(280), integer(0), integer(220)}},
        {"devices",
         {text("xczu7ev"), text("ZCU104, ZCU106"), text("UltraScale+"), integer(230400), integer(460800), integer(624),
          integer(96), integer(1728)}}};
    for (const made_network& net : networks()) {
      add_network(rows, net);
      add_foldings(rows, net);
    }
    add_points(rows, points);
    store.write(rows);
    store.write_meta({{"name", "A made-up study"}, {"study", "{}"}, {"confidence", "0.95"}, {"version", "0.0.0"}});
  }
  spillway::rewrite_study(path);
}

}  // namespace fixtures
