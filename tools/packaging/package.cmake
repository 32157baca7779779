# `cpack` in a build folder makes a Debian package of what install.cmake installs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME peeksim)
set(CPACK_PACKAGE_VENDOR peeksim)
set(CPACK_PACKAGE_CONTACT peeksim)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS python3)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
  "python3-numpy, python3-h5py, python3-pil, python3-torch, python3-torchvision, python3-onnx, python3-optuna, python3-pandas, slurm-client")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "It runs activation traces of real trained networks through a modelled PE array, its buffers, DRAM and a
prediction unit, and counts MACs, cycles and energy exactly, next to the same machine without prediction.
.
The licence of peeksim is not yet chosen.")
include(CPack)
