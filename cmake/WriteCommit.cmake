# SPDX-License-Identifier: Apache-2.0
# Run in every build: writes OUTPUT, which defines spillway::commit(), where it would change.
include(${CMAKE_CURRENT_LIST_DIR}/SpillwayCommit.cmake)
spillway_commit(${SOURCE_DIR} commit date)
set(text "// SPDX-License-Identifier: Apache-2.0
#include \"spillway/cli/commit.h\"

std::string spillway::commit() { return \"${commit}\"; }
")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUTPUT} "${text}")
endif()
