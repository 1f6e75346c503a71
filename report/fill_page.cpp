// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/fill_page.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string_view>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {
constexpr std::string_view empty_data = R"(<script type="application/json" id="spillway-data"></script>)";
}

std::string read_built_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw io_error(fmt::format("{}: can't be read; `tools/build` makes it", path.string()));
  return std::move(text).str();
}

std::string fill_page(const std::filesystem::path& viewer, const std::string& json) {
  const std::string page = read_built_file(viewer);
  const std::size_t place = page.find(empty_data);
  if (place == std::string::npos)
    throw input_error(fmt::format("{}: no page of a Spillway report; `tools/build` makes it", viewer.string()));
  const std::size_t inside = place + empty_data.size() - std::string_view("</script>").size();
  return page.substr(0, inside) + json + page.substr(inside);
}

}  // namespace spillway
