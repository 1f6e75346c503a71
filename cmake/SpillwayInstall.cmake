# SPDX-License-Identifier: Apache-2.0
# Installation: headers below include/spillway, a component a room for find_package(spillway), the zoo and the data. Each
# folder installs its own library (spillway_library); the test `consumer` uses the result from outside.
include(CMakePackageConfigHelpers)
set(spillway_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/spillway)
set(spillway_data_dir ${CMAKE_INSTALL_DATADIR}/spillway)

get_property(spillway_components GLOBAL PROPERTY SPILLWAY_COMPONENTS)
set(spillway_needs "")
foreach(component IN LISTS spillway_components)
  get_property(uses GLOBAL PROPERTY SPILLWAY_USES_${component})
  get_property(packages GLOBAL PROPERTY SPILLWAY_PACKAGES_${component})
  string(APPEND spillway_needs "set(spillway_uses_${component} \"${uses}\")\n"
                               "set(spillway_packages_${component} \"${packages}\")\n")
endforeach()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/spillway-config.cmake.in
  ${PROJECT_BINARY_DIR}/spillway-config.cmake INSTALL_DESTINATION ${spillway_cmake_dir} PATH_VARS spillway_data_dir)
# 0.x: a new minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/spillway-config-version.cmake COMPATIBILITY SameMinorVersion)

install(FILES ${PROJECT_BINARY_DIR}/spillway-config.cmake ${PROJECT_BINARY_DIR}/spillway-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindSystemC.cmake ${PROJECT_SOURCE_DIR}/cmake/FindOnnxProto.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindZip.cmake
        DESTINATION ${spillway_cmake_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/zoo DESTINATION ${spillway_data_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/data/ DESTINATION ${spillway_data_dir}/data
        PATTERN "*.h" EXCLUDE PATTERN "*.cpp" EXCLUDE PATTERN "CMakeLists.txt" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
