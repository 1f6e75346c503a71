# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=FILE.cpp -DFOLDER=rtl/sv -DMODULES=a,b -P embed.cmake: the sources of the modules as a C++ file, so that
# an installed command can write them out.
string(REPLACE "," ";" modules "${MODULES}")
list(SORT modules)
set(entries "")
foreach(module IN LISTS modules)
  file(READ ${FOLDER}/${module}.sv text)
  string(APPEND entries "    {\"${module}\", R\"sv(${text})sv\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0
// Made by rtl/embed.cmake.
#include \"rtl/sources.h\"

namespace spillway {

namespace {

constexpr rtl_source sources[] = {
${entries}};

}  // namespace

std::span<const rtl_source> rtl_sources() { return sources; }

}  // namespace spillway
")
