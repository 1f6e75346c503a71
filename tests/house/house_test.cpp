// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <algorithm>

#include "house_rules.h"

// The rules of docs/design.md that a compiler does not hold, read off the sources; and each rule shown to bite.

using namespace spillway::house;

namespace {

using violations = std::vector<std::string>;

const std::vector<text_file>& repository() {
  static const std::vector<text_file> files = text_files(SPILLWAY_SOURCE_DIR);
  return files;
}

template <class Rule>
void check_all(Rule&& rule) {
  for (const text_file& file : repository())
    for (const std::string& violation : rule(file)) FAIL_CHECK(violation);
}

}  // namespace

TEST_CASE("the repository is there to be read") {
  const auto has = [](std::string_view path) {
    return std::any_of(repository().begin(), repository().end(), [&](const text_file& f) { return f.path == path; });
  };
  CHECK(has("CMakeLists.txt"));
  CHECK(has("models/numbers/fit.h"));
  CHECK(has("tests/house/house_test.cpp"));
  CHECK(repository().size() > 50);
}

TEST_CASE("rooms use only the rooms that the folder table allows") { check_all(dependency_violations); }

TEST_CASE("every source names its licence") { check_all(licence_violations); }

TEST_CASE("no file depends on where the repository lies") { check_all(path_violations); }

TEST_CASE("what an installed header includes is installed, too") {
  for (const std::string& violation : install_violations(repository())) FAIL_CHECK(violation);
}

TEST_CASE("no file includes itself by way of others") {
  for (const std::string& circle : circle_violations(repository())) FAIL_CHECK(circle);
}

TEST_CASE("rooms of models/ use only those before them, and prices need no files") {
  const auto uses = [](const char* path, const char* header) {
    return !dependency_violations({path, std::string("#include \"spillway/") + header + "\"\n"}).empty();
  };
  CHECK(uses("models/numbers/a.h", "models/network/network.h"));
  CHECK(uses("models/certificates/a.cpp", "models/onnx/names.h"));
  CHECK(uses("models/dataflow/a.cpp", "models/load/design.h"));
  CHECK(uses("resource/a.cpp", "models/load/design.h"));
  CHECK(uses("rtl/a.cpp", "models/onnx/read.h"));
  CHECK(uses("sim/a.cpp", "models/streamline/streamline.h"));
  CHECK_FALSE(uses("models/network/a.h", "models/numbers/fit.h"));
  CHECK_FALSE(uses("report/a.h", "models/load/design.h"));
  CHECK_FALSE(uses("resource/a.cpp", "models/dataflow/dataflow.h"));
  CHECK(dependency_violations({"resource/CMakeLists.txt", "spillway_library(resource\n  USES support\n    load)"}) ==
        violations{"resource/CMakeLists.txt uses models/load/"});
}

TEST_CASE("a circle of includes is found, and a header with its source is none") {
  const auto file = [](const char* path, const char* header) {
    return text_file{path, std::string("#include \"spillway/") + header + "\"\n"};
  };
  const text_file a = file("sim/a.h", "sim/b.h"), b = file("sim/b.cpp", "sim/c.h"), c = file("sim/c.h", "sim/a.h");
  CHECK(circle_violations({a, b, c}) == violations{"a circle of includes: sim/a sim/b sim/c"});
  CHECK(circle_violations({a, b}).empty());
  CHECK(circle_violations({file("sim/a.cpp", "sim/a.h"), a}).empty());
}

TEST_CASE("a forbidden include is found, however it is written") {
  CHECK(dependency_violations({"sim/a.cpp", "#include \"sim/engine.h\"\n"}) ==
        violations{"sim/a.cpp uses \"sim/engine.h\", which is \"spillway/sim/engine.h\""});
  CHECK(dependency_violations({"models/numbers/a.h", "#include \"spillway/sim/stream.h\"\n"}) ==
        violations{"models/numbers/a.h uses sim/"});
  CHECK(dependency_violations({"models/numbers/a.h", "  #  include <spillway/traces/recorder.h>\n"}) ==
        violations{"models/numbers/a.h uses traces/"});
  CHECK(dependency_violations({"resource/units/a.cpp",
                               "#include \"spillway/models/numbers/fit.h\"\n#include \"spillway/sim/unit.h\"\n"}) ==
        violations{"resource/units/a.cpp uses sim/"});
  CHECK(dependency_violations({"traces/a.cpp", "#include \"spillway/tests/x.h\"\n"}) ==
        violations{"traces/a.cpp uses tests/"});
  CHECK(dependency_violations({"sim/a.cpp", "#include \"spillway/resource/cost.h\"\n"}) ==
        violations{"sim/a.cpp uses resource/"});
  CHECK(dependency_violations({"sim/a.cpp", "// #include \"spillway/resource/cost.h\"\n"}).empty());
  CHECK(dependency_violations(
            {"cli/a.cpp", "#include \"spillway/sim/engine.h\"\n#include \"spillway/models/numbers/fit.h\"\n"})
            .empty());
  CHECK(dependency_violations(
            {"models/dataflow/units/a.h", "#include \"spillway/models/numbers/fit.h\"\n#include <vector>\n"})
            .empty());
}

TEST_CASE("SystemC is found outside sim, tests, bench and examples") {
  for (const char* header : {"systemc", "systemc.h", "sysc/kernel/sc_module.h", "tlm.h"}) {
    const std::string text = std::string("#include <") + header + ">\n";
    for (const char* room : {"models/numbers", "traces", "resource", "rtl", "train", "cli", "explore"})
      CHECK(dependency_violations({std::string(room) + "/a.h", text}).size() == 1);
    for (const char* room : {"sim", "tests", "bench", "examples"})
      CHECK(dependency_violations({std::string(room) + "/a.h", text}).empty());
  }
}

TEST_CASE("a forbidden link is found") {
  CHECK(dependency_violations({"models/numbers/CMakeLists.txt", "target_link_libraries(x PUBLIC spillway::sim)"}) ==
        violations{"models/numbers/CMakeLists.txt uses sim/"});
  CHECK(dependency_violations({"resource/CMakeLists.txt", "target_link_libraries(x PRIVATE SystemC::systemc)"}) ==
        violations{"resource/CMakeLists.txt uses SystemC"});
  CHECK(dependency_violations({"sim/CMakeLists.txt",
                               "target_link_libraries(spillway_sim PUBLIC spillway::dataflow "
                               "spillway::traces SystemC::systemc)"})
            .empty());
}

TEST_CASE("a missing licence is found") {
  CHECK(licence_violations({"models/numbers/a.h", "#pragma once\n"}).size() == 1);
  CHECK(licence_violations({"tools/demo", "#!/bin/sh\nset -e\n"}).size() == 1);
  CHECK(licence_violations({"models/numbers/a.h", "\n\n\n// SPDX-License-Identifier: Apache-2.0\n"}).size() == 1);
  CHECK(licence_violations({"tools/demo", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"}).empty());
  CHECK(licence_violations({"docs/numbers.md", "# Numbers\n"}).empty());
}

TEST_CASE("an absolute path of somebody's machine is found") {
  for (const char* folder : {"work", "tmp", "home", "root"}) {
    const std::string path = std::string("/") + folder + "/x";
    CHECK(path_violations({"a.md", "see " + path}).size() == 1);
    CHECK(path_violations({"a.md", path}).size() == 1);
    CHECK(path_violations({"a.md", "\"" + path + "\" and (" + path + ")"}).size() == 2);
    CHECK(path_violations({"a.md", "https://example.org" + path}).empty());
    CHECK(path_violations({"a.md", "${BUILD}" + path + " frame" + path}).empty());
  }
}

TEST_CASE("an installed header whose own header is not installed is found") {
  const text_file list{"sim/CMakeLists.txt",
                       "spillway_library(sim\n  HEADERS\n    a.h units/b.h\n  SOURCES a.cpp c.h)\n"};
  CHECK(installed_headers(list.text) == violations{"a.h", "units/b.h"});
  const text_file b{"sim/units/b.h", "#include \"spillway/sim/a.h\"\n"};
  CHECK(install_violations({list, b, {"sim/a.h", "#include \"spillway/sim/c.h\"\n"}}) ==
        violations{"sim/a.h is installed, but sim/c.h, which it includes, is in no HEADERS list"});
  CHECK(install_violations({list, b}).size() == 1);  // a.h is listed, and missing
  CHECK(install_violations({list, b, {"sim/a.h", "#include <vector>\n"}}).empty());
}
