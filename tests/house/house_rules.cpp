// SPDX-License-Identifier: Apache-2.0
#include "house_rules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace spillway::house {
namespace {

namespace fs = std::filesystem;

/// The rooms of models/ in their order: each may use only those before it.
const std::vector<std::string> model_rooms = {"models/support", "models/numbers",    "models/certificates",
                                              "models/network", "models/onnx",       "models/integer_network",
                                              "models/data",    "models/streamline", "models/dataflow",
                                              "models/load",    "models/quantize",   "models/paper_networks"};

using room_set = std::set<std::string, std::less<>>;

/// Rooms of models/ that prices, RTL and simulation don't use, so that they need no protobuf.
const room_set away_from_files = {"models/onnx", "models/data", "models/streamline", "models/load"};

/// The folder table of docs/design.md. A room may always use itself; "models" stands for all rooms of models/, and
/// "models-" for those that are not of files.
const std::map<std::string, room_set, std::less<>> may_use = [] {
  std::map<std::string, room_set, std::less<>> table = {
      {"traces", {"models-"}},
      {"sim", {"models-", "traces"}},
      {"resource", {"models-"}},
      {"rtl", {"models-"}},
      {"explore", {"models", "traces", "sim", "resource", "rtl"}},
      {"report", {"models", "traces", "sim", "resource", "rtl", "explore"}},
      {"calibration", {"models", "resource", "rtl", "explore"}},
      {"manual", {}},
      {"train", {"models", "manual"}},
      {"python", {"models", "traces", "sim", "resource", "explore", "rtl", "report"}},
      {"cli", {"models", "traces", "sim", "resource", "explore", "rtl", "report", "train", "manual"}},
  };
  for (std::size_t i = 0; i < model_rooms.size(); ++i)
    table[model_rooms[i]] = room_set(model_rooms.begin(), model_rooms.begin() + static_cast<std::ptrdiff_t>(i));
  // streamline reads back what it writes, and takes no data sets; dataflow and what is behind it know no files.
  for (const char* room : {"models/dataflow", "models/quantize", "models/paper_networks"})
    table[room].erase("models/onnx");
  for (auto& [room, used] : table) {
    const bool all = used.erase("models") > 0, some = used.erase("models-") > 0;
    for (const std::string& model : model_rooms)
      if (all || (some && !away_from_files.contains(model))) used.insert(model);
  }
  return table;
}();

/// The simulation kernel is an affair of sim/ and of who looks at it from outside.
const std::set<std::string, std::less<>> may_use_systemc = {"sim", "tests", "bench", "examples"};

const std::set<std::string, std::less<>> outer_rooms = {"viewer", "tests", "bench", "examples",
                                                        "docs",   "tools", "cmake"};

bool is_source(std::string_view path) { return path.ends_with(".h") || path.ends_with(".cpp"); }
bool is_cmake_list(std::string_view path) { return path.ends_with("CMakeLists.txt"); }

std::string first_part(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

/// The room of a path: its first folder, and in models/ the second, too.
std::string room_of(std::string_view path) {
  std::string first = first_part(path);
  if (first != "models") return first;
  const std::string second = first_part(path.substr(first.size() + 1));
  return second.empty() ? first : first + "/" + second;
}

/// What an include names within the project; empty for one from elsewhere.
std::string_view own_path(std::string_view include) {
  constexpr std::string_view prefix = "spillway/";
  return include.starts_with(prefix) ? include.substr(prefix.size()) : std::string_view{};
}

/// A header and its source count as one.
std::string without_ending(std::string_view path) { return std::string(path.substr(0, path.rfind('.'))); }

bool is_skipped_folder(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with(".") || name.starts_with("build") || name == "node_modules" || name == "dist";
}

bool is_text(const fs::path& path) {
  static const std::set<std::string, std::less<>> extensions = {
      ".h",   ".cpp", ".cmake", ".txt",  ".in",  ".md", ".py",   ".sh",  ".ts",  ".js", ".mjs",
      ".css", ".sv",  ".v",     ".json", ".csv", "",    ".html", ".tcl", ".yml", ".svg"};
  return extensions.contains(path.extension().string()) && path.filename() != "package-lock.json";
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void add(std::vector<text_file>& files, const fs::path& root, const fs::path& path) {
  if (!is_text(path)) return;
  std::string text = read(path);
  if (text.find('\0') != std::string::npos) return;
  files.push_back({fs::relative(path, root).generic_string(), std::move(text)});
}

bool is_systemc(std::string_view include) {
  return include == "systemc" || include == "systemc.h" || include.starts_with("sysc/") || include.starts_with("tlm");
}

/// The room that a target belongs to; empty for another word.
std::string room_of_target(const std::string& name) {
  if (may_use.contains(name)) return name;
  const std::string model = "models/" + name;
  return may_use.contains(model) ? model : std::string();
}

/// Rooms named by spillway::room or spillway_room, or behind the word USES.
std::vector<std::string> linked_rooms(const std::string& cmake_text) {
  static const std::regex name("spillway(?:::|_)([a-z_]+)"), uses("USES((?:[ \\n]+[a-z_]+)+)"), word("[a-z_]+");
  std::vector<std::string> rooms;
  const auto add = [&](const std::string& target) {
    if (std::string room = room_of_target(target); !room.empty()) rooms.push_back(std::move(room));
  };
  const std::sregex_iterator end;
  for (std::sregex_iterator it(cmake_text.begin(), cmake_text.end(), name); it != end; ++it) add((*it)[1]);
  for (std::sregex_iterator it(cmake_text.begin(), cmake_text.end(), uses); it != end; ++it) {
    const std::string list = (*it)[1];
    for (std::sregex_iterator of(list.begin(), list.end(), word); of != end; ++of) add((*of)[0]);
  }
  return rooms;
}

}  // namespace

std::vector<text_file> text_files(const fs::path& root) {
  std::vector<text_file> files;
  std::set<std::string, std::less<>> rooms = outer_rooms;
  for (const auto& [room, used] : may_use) rooms.insert(room.starts_with("models/") ? "models" : room);
  for (const std::string& room : rooms) {
    if (!fs::is_directory(root / room)) continue;
    for (auto it = fs::recursive_directory_iterator(root / room); it != fs::recursive_directory_iterator(); ++it) {
      if (it->is_directory() && is_skipped_folder(it->path())) it.disable_recursion_pending();
      if (it->is_regular_file()) add(files, root, it->path());
    }
  }
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with(".")) add(files, root, entry.path());
  std::sort(files.begin(), files.end(), [](const text_file& a, const text_file& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> includes_of(std::string_view text) {
  static const std::regex directive(R"re(^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">])re",
                                    std::regex::ECMAScript | std::regex::multiline);
  std::vector<std::string> includes;
  const std::string copy(text);
  for (std::sregex_iterator it(copy.begin(), copy.end(), directive), end; it != end; ++it) includes.push_back((*it)[1]);
  return includes;
}

std::vector<std::string> dependency_violations(const text_file& file) {
  std::vector<std::string> found;
  const std::string room = room_of(file.path);
  const auto rules = may_use.find(room);
  const auto forbid = [&](const std::string& what) { found.push_back(file.path + " uses " + what); };
  const auto check_room = [&](const std::string& used) {
    if (rules != may_use.end() && used != room && !rules->second.contains(used)) forbid(used + "/");
  };
  if (is_source(file.path))
    for (const std::string& include : includes_of(file.text)) {
      if (is_systemc(include) && !may_use_systemc.contains(room)) forbid("SystemC");
      const std::string used = room_of(own_path(include));
      if (may_use.contains(used) || outer_rooms.contains(used)) check_room(used);
      // Only this spelling is the same within the project and outside of it.
      // (The project outside, which the tests build, has a header of its own at such a path on purpose.)
      if (may_use.contains(room_of(include)) && !file.path.starts_with("tests/consumer/project/")) forbid("\"" + include + "\", which is \"spillway/" + include + "\"");
    }
  if (is_cmake_list(file.path)) {
    for (const std::string& used : linked_rooms(file.text)) check_room(used);
    if (file.text.find("SystemC::") != std::string::npos && !room.empty() && !may_use_systemc.contains(room))
      forbid("SystemC");
  }
  return found;
}

std::vector<std::string> licence_violations(const text_file& file) {
  static const std::set<std::string, std::less<>> extensions = {".h",  ".cpp", ".cmake", ".py", ".sh", ".ts",
                                                                ".js", ".mjs", ".css",   ".sv", ".v"};
  const bool is_script = file.text.starts_with("#!");
  if (!is_script && !is_cmake_list(file.path) && !extensions.contains(fs::path(file.path).extension().string()))
    return {};
  std::istringstream lines(file.text);
  std::string line;
  for (int i = 0; i < 3 && std::getline(lines, line); ++i)
    if (line.find("SPDX-License-Identifier: Apache-2.0") != std::string::npos) return {};
  return {file.path + " has no SPDX-License-Identifier: Apache-2.0 in its first three lines"};
}

std::vector<std::string> path_violations(const text_file& file) {
  std::vector<std::string> found;
  // Spelled in two halves, so that this file keeps its own rule.
  for (const char* folder : {"work", "tmp", "home", "root"}) {
    const std::string path = std::string("/") + folder + "/";
    for (std::size_t at = file.text.find(path); at != std::string::npos; at = file.text.find(path, at + 1)) {
      const char before = at == 0 ? ' ' : file.text[at - 1];
      const bool is_absolute = !std::isalnum(static_cast<unsigned char>(before)) &&
                               std::string_view("/._-}~*>)]").find(before) == std::string_view::npos;
      if (is_absolute) found.push_back(file.path + " mentions the absolute path " + path);
    }
  }
  return found;
}

std::vector<std::string> installed_headers(std::string_view cmake_text) {
  std::istringstream words{std::string(cmake_text)};
  std::vector<std::string> headers;
  bool in_list = false;
  for (std::string word; words >> word;) {
    if (word == "HEADERS")
      in_list = true;
    else if (std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isupper(c) || c == '_'; }))
      in_list = false;  // the next keyword
    word.erase(std::remove(word.begin(), word.end(), ')'), word.end());
    if (in_list && word.ends_with(".h")) headers.push_back(word);
  }
  return headers;
}

std::vector<std::string> install_violations(const std::vector<text_file>& files) {
  std::set<std::string, std::less<>> installed;
  for (const text_file& file : files)
    if (is_cmake_list(file.path) && may_use.contains(room_of(file.path)))
      for (const std::string& header : installed_headers(file.text))
        installed.insert((fs::path(file.path).parent_path() / header).generic_string());
  std::vector<std::string> found;
  for (const std::string& path : installed) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const text_file& f) { return f.path == path; });
    if (file == files.end()) {
      found.push_back(path + " is in a HEADERS list, but not in the repository");
      continue;
    }
    for (const std::string& include : includes_of(file->text)) {
      const std::string own(own_path(include));
      if (may_use.contains(room_of(own)) && !installed.contains(own))
        found.push_back(path + " is installed, but " + own + ", which it includes, is in no HEADERS list");
    }
  }
  return found;
}

namespace {

/// Tarjan's algorithm: the strongly connected parts of more than one file.
class circle_search {
 public:
  explicit circle_search(const std::map<std::string, std::set<std::string>>& uses) : m_uses(uses) {}

  std::vector<std::vector<std::string>> run() {
    for (const auto& [file, used] : m_uses)
      if (!m_places.contains(file)) visit(file);
    return m_circles;
  }

 private:
  std::size_t visit(const std::string& file) {
    const std::size_t place = m_places[file] = ++m_count;
    std::size_t lowest = place;
    m_open.push_back(file);
    if (const auto found = m_uses.find(file); found != m_uses.end())
      for (const std::string& used : found->second) {
        const bool is_new = !m_places.contains(used);
        if (is_new)
          lowest = std::min(lowest, visit(used));
        else if (std::find(m_open.begin(), m_open.end(), used) != m_open.end())
          lowest = std::min(lowest, m_places[used]);
      }
    if (lowest != place) return lowest;
    const auto first = std::find(m_open.begin(), m_open.end(), file);
    std::vector<std::string> part(first, m_open.end());
    m_open.erase(first, m_open.end());
    std::sort(part.begin(), part.end());
    if (part.size() > 1) m_circles.push_back(std::move(part));
    return lowest;
  }

  const std::map<std::string, std::set<std::string>>& m_uses;
  std::map<std::string, std::size_t> m_places;
  std::vector<std::string> m_open;
  std::vector<std::vector<std::string>> m_circles;
  std::size_t m_count = 0;
};

}  // namespace

std::vector<std::string> circle_violations(const std::vector<text_file>& files) {
  std::map<std::string, std::set<std::string>> uses;
  for (const text_file& file : files) {
    if (!is_source(file.path)) continue;
    std::set<std::string>& used = uses[without_ending(file.path)];
    for (const std::string& include : includes_of(file.text)) {
      const std::string own = without_ending(own_path(include));
      if (!own.empty() && own != without_ending(file.path)) used.insert(own);
    }
  }
  std::vector<std::string> found;
  for (const std::vector<std::string>& circle : circle_search(uses).run()) {
    std::string line = "a circle of includes:";
    for (const std::string& file : circle) line += " " + file;
    found.push_back(line);
  }
  return found;
}

}  // namespace spillway::house
