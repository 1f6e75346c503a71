# SPDX-License-Identifier: Apache-2.0
# Helpers that every folder's CMakeLists.txt uses: one library a folder, one set of warnings.

set(SPILLWAY_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                      -Woverloaded-virtual -Wduplicated-cond -Wlogical-op
                      # GCC 12 reports these four inside the standard library's own strings and optionals (PR 105651).
                      -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(SPILLWAY_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor)
endif()

# mold links a program in a tenth of a second, where it is installed.
find_program(SPILLWAY_MOLD mold)
mark_as_advanced(SPILLWAY_MOLD)
if(SPILLWAY_MOLD AND PROJECT_IS_TOP_LEVEL)
  add_link_options(-fuse-ld=mold)
endif()

# Headers are "spillway/models/numbers/fit.h" in the build tree and installed: the only include directory holds one
# link, to the sources, so that no folder of ours can be taken for one of whoever uses the library.
set(SPILLWAY_INCLUDE_DIR ${PROJECT_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${SPILLWAY_INCLUDE_DIR})
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${SPILLWAY_INCLUDE_DIR}/spillway SYMBOLIC)

# The target that a package brings, and whether it shows in our headers.
set(SPILLWAY_TARGET_OF_Boost Boost::headers)
set(SPILLWAY_TARGET_OF_fmt fmt::fmt)
set(SPILLWAY_TARGET_OF_nlohmann_json nlohmann_json::nlohmann_json)
set(SPILLWAY_TARGET_OF_OnnxProto Onnx::proto)
set(SPILLWAY_TARGET_OF_SQLite3 SQLite::SQLite3)
set(SPILLWAY_TARGET_OF_SQLiteCpp SQLiteCpp)
set(SPILLWAY_TARGET_OF_OpenSSL OpenSSL::Crypto)
set(SPILLWAY_TARGET_OF_SystemC SystemC::systemc)
set(SPILLWAY_TARGET_OF_Zip Zip::zip)
set(SPILLWAY_TARGET_OF_Threads Threads::Threads)
set(SPILLWAY_PUBLIC_PACKAGES Boost SystemC Threads)

# Warnings and sanitizers are ours alone: they never reach whoever links us.
function(spillway_compile_options target)
  target_include_directories(${target} PRIVATE ${SPILLWAY_INCLUDE_DIR})
  target_compile_options(${target} PRIVATE ${SPILLWAY_WARNINGS} $<$<BOOL:${SPILLWAY_WERROR}>:-Werror>)
  if(SPILLWAY_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SPILLWAY_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SPILLWAY_SANITIZE})
  endif()
endfunction()

# spillway_component(NAME): installs the target spillway_NAME as the component NAME of find_package(spillway), which
# finds again the components and packages that it needs.
function(spillway_component name)
  cmake_parse_arguments(ARG "" "" "USES;PACKAGES" ${ARGN})
  set_target_properties(spillway_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS spillway_${name} EXPORT spillway-${name}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
          FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
  install(EXPORT spillway-${name} NAMESPACE spillway:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/spillway COMPONENT dev)
  set_property(GLOBAL APPEND PROPERTY SPILLWAY_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY SPILLWAY_USES_${name} "${ARG_USES}")
  set_property(GLOBAL PROPERTY SPILLWAY_PACKAGES_${name} "${ARG_PACKAGES}")
endfunction()

# spillway_library(NAME [HEADERS ...] SOURCES ... [USES room ...] [PACKAGES package ...]): the library spillway_NAME,
# alias spillway::NAME, which is also a component of the installed package. HEADERS are those that are installed. USES
# names the rooms that it may include, PACKAGES what find_package brings.
function(spillway_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;USES;PACKAGES" ${ARGN})
  add_library(spillway_${name} STATIC ${ARG_SOURCES})
  add_library(spillway::${name} ALIAS spillway_${name})
  set_target_properties(spillway_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(spillway_${name} PUBLIC cxx_std_20)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM ARG_HEADERS PREPEND ${SPILLWAY_INCLUDE_DIR}/spillway/${folder}/)
  target_sources(spillway_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${SPILLWAY_INCLUDE_DIR} FILES ${ARG_HEADERS})
  spillway_compile_options(spillway_${name})
  foreach(room IN LISTS ARG_USES)
    target_link_libraries(spillway_${name} PUBLIC spillway::${room})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES)
    if(package IN_LIST SPILLWAY_PUBLIC_PACKAGES)
      target_link_libraries(spillway_${name} PUBLIC ${SPILLWAY_TARGET_OF_${package}})
    else()
      target_link_libraries(spillway_${name} PRIVATE ${SPILLWAY_TARGET_OF_${package}})
    endif()
  endforeach()
  spillway_component(${name} USES ${ARG_USES} PACKAGES ${ARG_PACKAGES})
endfunction()

# spillway_umbrella(NAME room ...): spillway::NAME links all of the rooms, for whoever does not care.
function(spillway_umbrella name)
  add_library(spillway_${name} INTERFACE)
  add_library(spillway::${name} ALIAS spillway_${name})
  list(TRANSFORM ARGN PREPEND spillway:: OUTPUT_VARIABLE rooms)
  target_link_libraries(spillway_${name} INTERFACE ${rooms})
  spillway_component(${name} USES ${ARGN})
endfunction()

# Flags of tests: a quarter of the compile time of a release build's tests, which are most of its sources, goes into
# optimizing them.
function(spillway_test_options target)
  target_link_libraries(${target} PRIVATE Boost::headers doctest::doctest fmt::fmt nlohmann_json::nlohmann_json)
  spillway_compile_options(${target})
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# spillway_test_headers(NAME header ... [LIBRARIES ...]): headers that tests share, precompiled once for all of them.
function(spillway_test_headers name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  file(WRITE ${PROJECT_BINARY_DIR}/${name}.cpp "// What precompiled headers hang on.\n")
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  spillway_test_options(${name})
  target_precompile_headers(${name} PRIVATE ${ARG_UNPARSED_ARGUMENTS})
endfunction()

# spillway_test(NAME SOURCES ... LIBRARIES ... [LABELS ...] [TIMEOUT seconds] [HEADERS target]): a doctest executable run by
# ctest. HEADERS names the precompiled headers (spillway_test_headers); spillway_test_plain if left out, or
# spillway_test_modules where libraries bring SystemC. Tests of modules get sc_main from tests/sim/sc_main.cpp.
function(spillway_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;HEADERS" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${SPILLWAY_TEST_PATIENCE}")
  if(NOT ARG_HEADERS)
    set(ARG_HEADERS spillway_test_plain)
    if("${ARG_LIBRARIES}" MATCHES "SystemC::|spillway::(sim|explore|report|cli)")
      set(ARG_HEADERS spillway_test_modules)
    endif()
  endif()
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${ARG_LIBRARIES})
  target_compile_definitions(test_${name} PRIVATE SPILLWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                  SPILLWAY_BINARY_DIR="${PROJECT_BINARY_DIR}")
  spillway_test_options(test_${name})
  target_precompile_headers(test_${name} REUSE_FROM ${ARG_HEADERS})
  foreach(source IN LISTS ARG_SOURCES)
    file(READ ${source} text LIMIT 2000)
    if(text MATCHES "DOCTEST_CONFIG_")  # which has to stand before doctest's header
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
                       ENVIRONMENT "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1;SPILLWAY_DATA=${PROJECT_SOURCE_DIR}/models")
endfunction()
