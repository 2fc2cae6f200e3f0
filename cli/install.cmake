# SPDX-License-Identifier: GPL-2.0-or-later
# What `cmake --install` puts where. The program finds its corpus from where it itself is, installed or in a build: no
# path of the machine that built it is in it.
include(GNUInstallDirs)
set(corpus ${CMAKE_INSTALL_FULL_DATADIR}/lockstep/corpus)
file(RELATIVE_PATH corpus_from_program ${CMAKE_INSTALL_FULL_BINDIR} ${corpus})
target_compile_definitions(lockstep_cli PRIVATE LOCKSTEP_INSTALLED_CORPUS="${corpus_from_program}")
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/corpus ${PROJECT_BINARY_DIR}/corpus SYMBOLIC)

install(TARGETS lockstep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/corpus DESTINATION ${CMAKE_INSTALL_DATADIR}/lockstep)
install(DIRECTORY ${share}/man/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
foreach(shell bash-completion zsh fish)
  install(DIRECTORY ${share}/${shell} DESTINATION ${CMAKE_INSTALL_DATADIR})
endforeach()
# Side by side as in the source tree, so that their links hold.
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/COPYING DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/harness/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/harness
        PATTERN CMakeLists.txt EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/harness/kernel/linux/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/harness/kernel/linux)
