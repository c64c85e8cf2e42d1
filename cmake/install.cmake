# `cmake --install` puts the command and the shipped scenarios in place; `cpack` makes a .deb of the same.
# Installing takes what is built and builds nothing more, least of all the tests.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(GNUInstallDirs)
install(TARGETS meshgauge RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY scenarios/library/ DESTINATION ${CMAKE_INSTALL_DATADIR}/meshgauge/scenarios)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME meshgauge)
set(CPACK_PACKAGE_CONTACT "The meshgauge authors <meshgauge@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "service-mesh simulator and test harness")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_STRIP_FILES ON)
include(CPack)
