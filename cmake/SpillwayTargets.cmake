# SPDX-License-Identifier: Apache-2.0
# Helpers that every folder's CMakeLists.txt uses: one library a folder, one set of warnings.

set(SPILLWAY_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                      -Woverloaded-virtual -Wduplicated-cond -Wlogical-op
                      # GCC 12 reports these two inside the standard library's own strings and optionals (PR 105651).
                      -Wno-restrict -Wno-maybe-uninitialized)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(SPILLWAY_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor)
endif()

# Warnings and sanitizers are ours alone: they never reach whoever links us.
function(spillway_compile_options target)
  target_compile_options(${target} PRIVATE ${SPILLWAY_WARNINGS} $<$<BOOL:${SPILLWAY_WERROR}>:-Werror>)
  if(SPILLWAY_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SPILLWAY_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SPILLWAY_SANITIZE})
  endif()
endfunction()

# spillway_library(NAME SOURCES ... HEADERS ...): the library spillway_NAME, alias spillway::NAME.
# Headers are included from the project's root as "NAME/header.h", in the tree and after installation.
function(spillway_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS" ${ARGN})
  add_library(spillway_${name} STATIC ${ARG_SOURCES})
  add_library(spillway::${name} ALIAS spillway_${name})
  set_target_properties(spillway_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(spillway_${name} PUBLIC cxx_std_20)
  target_sources(spillway_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  spillway_compile_options(spillway_${name})
  install(TARGETS spillway_${name} EXPORT spillway-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/spillway)
endfunction()

# spillway_test(NAME SOURCES ... LIBRARIES ... [LABELS ...] [TIMEOUT seconds]): a doctest executable run by ctest.
# Tests of modules (TARGET SystemC::systemc among their libraries) get sc_main from tests/sim/sc_main.cpp.
function(spillway_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${ARG_LIBRARIES} doctest::doctest)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(test_${name} PRIVATE SPILLWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                  SPILLWAY_BINARY_DIR="${PROJECT_BINARY_DIR}")
  spillway_compile_options(test_${name})
  # A quarter of the compile time of a release build's tests, which are most of its sources, goes into optimizing them.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
                       ENVIRONMENT "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1;SPILLWAY_DATA=${PROJECT_SOURCE_DIR}/models")
endfunction()
