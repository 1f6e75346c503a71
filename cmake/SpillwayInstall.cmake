# SPDX-License-Identifier: Apache-2.0
# Installation: headers below include/spillway, a component a room for find_package(spillway) and a file for pkg-config,
# the zoo and the data. Each folder installs its own library (spillway_library); the test `consumer` uses the result from
# outside. The components of install() are packages (SpillwayPackages.cmake).
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
        DESTINATION ${spillway_cmake_dir} COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/zoo DESTINATION ${spillway_data_dir} COMPONENT zoo)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models/data/ DESTINATION ${spillway_data_dir}/data COMPONENT zoo
        PATTERN "*.h" EXCLUDE PATTERN "*.cpp" EXCLUDE PATTERN "CMakeLists.txt" EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT plain)

# The pages, and the site where tools/docs has made it.
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/spillway-doc COMPONENT doc)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs ${PROJECT_SOURCE_DIR}/examples
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/spillway-doc COMPONENT doc
        PATTERN "CMakeLists.txt" EXCLUDE PATTERN "Doxyfile" EXCLUDE PATTERN "*.dox" EXCLUDE PATTERN "site" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/build/site/html DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/spillway-doc
        COMPONENT doc OPTIONAL)

# A file for pkg-config for each component. Our libraries are static, so that what they use privately is linked, too.
set(pkg_config_of_fmt fmt)
set(pkg_config_of_nlohmann_json nlohmann_json)
set(pkg_config_of_OpenSSL libcrypto)
set(pkg_config_of_SQLite3 sqlite3)
set(pkg_config_of_SystemC systemc)
set(pkg_config_of_Zip libzip)
set(pkg_config_of_OnnxProto protobuf)
set(libraries_of_OnnxProto "-lonnx_proto")
set(libraries_of_SQLiteCpp "-lSQLiteCpp")
set(libraries_of_Threads "-pthread")
file(RELATIVE_PATH spillway_prefix_of_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(component IN LISTS spillway_components)
  get_property(uses GLOBAL PROPERTY SPILLWAY_USES_${component})
  get_property(packages GLOBAL PROPERTY SPILLWAY_PACKAGES_${component})
  list(TRANSFORM uses PREPEND spillway-)
  set(libraries "")
  get_target_property(type spillway_${component} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    set(libraries "-L\${libdir} -lspillway_${component}")
  endif()
  foreach(package IN LISTS packages)
    list(APPEND uses ${pkg_config_of_${package}})
    string(APPEND libraries " ${libraries_of_${package}}")
  endforeach()
  list(JOIN uses ", " requires)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/spillway.pc.in ${PROJECT_BINARY_DIR}/pkgconfig/spillway-${component}.pc @ONLY)
endforeach()
list(TRANSFORM spillway_components PREPEND spillway- OUTPUT_VARIABLE uses)
list(JOIN uses ", " requires)
set(component "all")
set(libraries "")
configure_file(${PROJECT_SOURCE_DIR}/cmake/spillway.pc.in ${PROJECT_BINARY_DIR}/pkgconfig/spillway.pc @ONLY)
install(DIRECTORY ${PROJECT_BINARY_DIR}/pkgconfig DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
