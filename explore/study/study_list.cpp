// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "spillway/explore/study/network_files.h"
#include "spillway/explore/study/study_tables.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/hardware.h"

namespace spillway {

namespace {

namespace fs = std::filesystem;

/// Bytes of numbers, for a hash.
template <class Number>
void add_bytes(std::string& content, const std::vector<Number>& values) {
  content.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number));
}

/// Values of one byte as such, others as their words.
void add_values(std::string& content, const integer_tensor& values) {
  if (values.type.bits > 8) return add_bytes(content, values.words);
  content.reserve(content.size() + values.words.size());
  for (const std::int64_t value : values.words) content += static_cast<char>(value);
}

std::string hash_of(const dataset& data) {
  std::string content = fmt::format("{} {} ", data.frames(), to_string(data.inputs.type));
  if (data.reals)
    add_bytes(content, data.reals->values);
  else
    add_values(content, data.inputs);
  content += fmt::format(" labels {} ", data.labels.size());
  add_bytes(content, data.labels);
  if (data.targets) add_values(content, *data.targets);
  return study_hash(content);
}

/// The data set that a study names: a path from the study's folder, or a name.
std::string named_data(const study_data& data, const fs::path& folder) {
  const bool is_path = data.name.find('/') != std::string::npos || fs::path(data.name).has_extension();
  return is_path ? path_of(folder, data.name).string() : data.name;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// The choices that one entry of `accumulators` stands for: every combination of its rules' alternatives.
std::vector<std::vector<std::string>> choices_of(const std::string& entry, const fs::path& folder) {
  std::vector<std::string> words = words_of(entry);
  for (std::string& word : words)
    if (word.starts_with('@')) word = "@" + path_of(folder, word.substr(1)).string();
  std::vector<std::vector<std::string>> choices{{}};
  for (const std::string& rule : register_texts(words)) {
    std::vector<std::vector<std::string>> longer;
    for (const std::string& point : accumulator_points(rule))
      for (const std::vector<std::string>& before : choices) {
        longer.push_back(before);
        longer.back().push_back(point);
      }
    choices = std::move(longer);
  }
  if (choices.front().empty()) throw config_error("a register choice without rules; expected one such as 12");
  return choices;
}

study_registers registers_of(const std::vector<std::string>& rules, const study_part& part, accumulator_format beyond) {
  study_registers made;
  made.beyond = beyond;
  made.words = fmt::format("{}", fmt::join(rules, " "));
  for (const std::string& text : rules) made.rules.push_back(parse_register_rule(text, beyond));
  if (!part.wide.empty()) {
    made.wide = parse_register_rule(part.wide, beyond).choice;
    made.words += " wide=" + part.wide;
  }
  for (const std::string& text : register_texts(part.always)) {
    made.always.push_back(parse_register_rule(text, beyond));
    made.words += " " + text;
  }
  // What the rules state is what the point has.
  made.beyond.overflow = made.rules.front().choice.format.overflow;
  made.beyond.scope = made.rules.front().choice.format.scope;
  return made;
}

/// All that decides the registers, as one text.
std::string decided_by(const study_registers& registers) {
  std::string text;
  for (const register_rule& rule : registers.rules) text += " " + to_string(rule);
  if (registers.wide) text += " wide=" + to_string(register_rule{{}, *registers.wide});
  for (const register_rule& rule : registers.always) text += " always " + to_string(rule);
  return text;
}

bool asks_for(register_policy policy, const study_registers& registers) {
  const auto asks = [policy](const register_rule& rule) { return rule.choice.policy == policy; };
  return std::any_of(registers.rules.begin(), registers.rules.end(), asks) ||
         std::any_of(registers.always.begin(), registers.always.end(), asks) ||
         (registers.wide && registers.wide->policy == policy);
}

class lister {
 public:
  explicit lister(const study_spec& spec) { m_list.spec = spec; }

  study_list make() {
    validate(m_list.spec);
    for (const study_part& part : m_list.spec.parts) add(part);
    return std::move(m_list);
  }

 private:
  void add(const study_part& part) {
    const std::size_t data = set_of(part.data);
    const std::optional<std::size_t> calibration =
        part.calibration ? std::optional(set_of(*part.calibration)) : std::nullopt;
    const std::vector<study_registers> registers = registers_of_part(part);
    const bool is_searched = std::any_of(registers.begin(), registers.end(), [](const study_registers& one) {
      return asks_for(register_policy::searched, one);
    });
    for (const network_file& file : network_files(part.networks, m_list.spec.folder)) {
      const std::optional<std::size_t> validation =
          is_searched ? std::optional(validation_set(part, file.path)) : std::nullopt;
      for (const study_goal& goal : part.foldings)
        for (const std::string& hardware : part.hardware)
          for (const std::string& device : part.devices) {
            study_group group;
            group.network = network_of(file, part);
            group.data = data;
            group.calibration = calibration;
            group.validation = validation;
            group.goal = goal;
            group.hardware = to_string(parse_hardware(hardware));
            group.device = find_device(device).name;
            group.clock_mhz = part.clock_mhz;
            group.count_frames = std::min(part.count_frames, m_list.sets[data].values.frames());
            if (group.count_frames == 0) group.count_frames = m_list.sets[data].values.frames();
            group.input = part.input;
            group.multipliers = part.multipliers;
            group.xnor_popcount = part.xnor_popcount;
            add(std::move(group), registers);
          }
    }
  }

  /// What the widths of a network are searched on: as the part says, else what the file says that training held back.
  std::size_t validation_set(const study_part& part, const std::string& path) {
    std::optional<study_data> data = part.validation;
    const bool is_known = data && parse_data_split(data->name).of != data_split::part::validation;
    const network file = is_known ? network{} : read_qonnx(path);
    if (!data) {
      const std::optional<std::string> name = validation_of(file);
      if (!name)
        throw config_error(
            fmt::format("{}: a width is searched for on data, and the file does not say which images its "
                        "training held back; expected validation",
                        shown_path(path)));
      data = study_data{*name, 0, 0};
    }
    return set_of(*data, is_known ? std::nullopt : images_held_back(file));
  }

  std::vector<study_registers> registers_of_part(const study_part& part) const {
    std::vector<study_registers> all;
    for (const std::string& entry : part.accumulators)
      for (const std::vector<std::string>& rules : choices_of(entry, m_list.spec.folder))
        for (const overflow_mode overflow : part.overflow)
          for (const limit_scope scope : part.scope) {
            all.push_back(registers_of(rules, part, {32, overflow, scope}));
            if (asks_for(register_policy::observed, all.back()) && !part.calibration)
              throw config_error(fmt::format("registers {}: an observed width comes from data; expected calibration",
                                             all.back().words));
          }
    return all;
  }

  void add(study_group group, const std::vector<study_registers>& registers) {
    const std::string network = m_list.networks[group.network].key;
    std::string goal = to_string(group.goal);
    if (group.goal.of == study_goal::kind::file)
      goal = "file " + study_file_hash(path_of(m_list.spec.folder, group.goal.file).string());
    group.folding_key = study_hash(fmt::format("folding {} {} {} {} {} {} {} {} {}", study_results_version, network,
                                               goal, group.hardware, group.device, group.clock_mhz, group.input,
                                               group.multipliers, group.xnor_popcount));
    const std::string calibration = group.calibration ? m_list.sets[*group.calibration].key : "";
    const std::string validation = group.validation ? m_list.sets[*group.validation].key : "";
    const std::string id = fmt::format("{} {} {} {} {}", group.folding_key, m_list.sets[group.data].key, calibration,
                                       validation, group.count_frames);
    const auto [found, is_new] = m_groups.try_emplace(id, m_list.groups.size());
    if (is_new) m_list.groups.push_back(std::move(group));
    study_group& into = m_list.groups[found->second];
    for (const study_registers& one : registers) {
      std::string widths_from = asks_for(register_policy::observed, one) ? calibration : "";
      if (asks_for(register_policy::searched, one)) widths_from += validation;
      const std::string key =
          study_hash(fmt::format("point {} {} {} {} {}", into.folding_key, m_list.sets[into.data].key, widths_from,
                                 into.count_frames, decided_by(one)));
      if (m_points.insert(key).second) into.points.push_back({key, one});
    }
  }

  std::size_t network_of(const network_file& file, const study_part& part) {
    const std::string& path = file.path;
    const auto [found, is_new] = m_networks.try_emplace(path, m_list.networks.size());
    if (is_new) {
      study_network network;
      network.path = path;
      network.key = study_file_hash(path);
      network.file = file.file;
      const fs::path full = fs::absolute(path).lexically_normal();
      network.name = (full.parent_path().filename() / full.stem()).string();
      // The same bytes under another name are the same network.
      const auto same = std::find_if(m_list.networks.begin(), m_list.networks.end(),
                                     [&](const study_network& other) { return other.key == network.key; });
      if (same != m_list.networks.end())
        found->second = static_cast<std::size_t>(same - m_list.networks.begin());
      else
        m_list.networks.push_back(std::move(network));
    }
    if (part.float_accuracy) m_list.networks[found->second].float_accuracy = part.float_accuracy;
    return found->second;
  }

  std::size_t set_of(const study_data& data, std::optional<std::int64_t> held_back = std::nullopt) {
    for (std::size_t i = 0; i < m_list.sets.size(); ++i)
      if (m_list.sets[i].given == data && m_list.sets[i].held_back == held_back) return i;
    study_set set{{},
                  data,
                  select_frames(load_dataset(named_data(data, m_list.spec.folder), held_back), data.skip, data.frames),
                  held_back};
    set.key = hash_of(set.values);
    m_list.sets.push_back(std::move(set));
    return m_list.sets.size() - 1;
  }

  study_list m_list;
  std::map<std::string, std::size_t> m_networks, m_groups;
  std::set<std::string> m_points;
};

}  // namespace

std::size_t study_list::points() const {
  std::size_t count = 0;
  for (const study_group& group : groups) count += group.points.size();
  return count;
}

study_list list_points(const study_spec& spec) { return lister(spec).make(); }

}  // namespace spillway
