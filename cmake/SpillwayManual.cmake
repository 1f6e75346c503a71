# SPDX-License-Identifier: Apache-2.0
set(SPILLWAY_ZSH_DIR share/zsh/vendor-completions CACHE STRING "Where zsh looks for completions, below the prefix")

# spillway_manual_of(PROGRAM COMPONENT): lets a program write its man pages, completions and reference (manual/) to
# PRESET/manual/PROGRAM, and installs them.
function(spillway_manual_of program component)
  set(folder ${PROJECT_BINARY_DIR}/manual/${program})
  add_custom_command(OUTPUT ${folder}/${program}.md
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}
    COMMAND ${CMAKE_COMMAND} -E env SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1 $<TARGET_FILE:${program}> manual ${folder}
    COMMAND gzip -9nr ${folder}/man1  # as Debian has man pages
    DEPENDS ${program} VERBATIM)
  add_custom_target(${program}-manual ALL DEPENDS ${folder}/${program}.md)
  install(DIRECTORY ${folder}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component})
  install(FILES ${folder}/bash/${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          COMPONENT ${component})
  install(FILES ${folder}/zsh/_${program} DESTINATION ${SPILLWAY_ZSH_DIR} COMPONENT ${component})
  install(FILES ${folder}/fish/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
          COMPONENT ${component})
endfunction()
