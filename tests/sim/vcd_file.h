// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace spillway::testing {

/// A waveform read back: the value of each signal (by its path, scopes joined by dots) from each change on.
class vcd_file {
 public:
  explicit vcd_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    const std::vector<std::string> words{std::istream_iterator<std::string>(file), {}};
    std::vector<std::string> scopes;
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (word == "$scope") {
        scopes.push_back(words[i + 2]);
      } else if (word == "$upscope") {
        scopes.pop_back();
      } else if (word == "$var") {
        std::string name;
        for (const std::string& scope : scopes) name += scope + '.';
        m_names.emplace(words[i + 3], name + words[i + 4]);
        widths[name + words[i + 4]] = std::stoi(words[i + 2]);
      }
      if (word[0] == '$' && word != "$dumpvars" && word != "$end" && word != "$dumpall") {
        while (words[i] != "$end") ++i;
      } else if (word[0] == '#') {
        time = std::stoull(word.substr(1));
      } else if (word[0] == 'b' || word[0] == 's' || word[0] == 'r') {
        set(words[++i], time, word.substr(1));
      } else if (word[0] == '0' || word[0] == '1' || word[0] == 'x' || word[0] == 'z') {
        set(word.substr(1), time, word.substr(0, 1));
      }
    }
    end = time;
  }

  /// The value at a time, "x" before the first change.
  std::string at(const std::string& name, std::uint64_t time) const {
    const auto changes = m_changes.find(name);
    if (changes == m_changes.end()) return "x";
    auto after = changes->second.upper_bound(time);
    return after == changes->second.begin() ? "x" : std::prev(after)->second;
  }

  std::uint64_t number(const std::string& name, std::uint64_t time) const {
    return std::stoull(at(name, time), nullptr, 2);
  }

  /// As two's complement of the signal's width.
  std::int64_t signed_number(const std::string& name, std::uint64_t time) const {
    const int shift = 64 - widths.at(name);
    return static_cast<std::int64_t>(number(name, time) << shift) >> shift;
  }

  std::map<std::string, int> widths;
  std::uint64_t end = 0;  ///< the last time that the file names

 private:
  void set(const std::string& id, std::uint64_t time, const std::string& value) {
    m_changes[m_names.at(id)][time] = value;
  }

  std::map<std::string, std::string> m_names;  ///< by identifier
  std::map<std::string, std::map<std::uint64_t, std::string>> m_changes;
};

}  // namespace spillway::testing
