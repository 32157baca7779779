# Sourced by demo, test, fuzz, bench and lint: installs the Debian packages that are missing, as root or
# with sudo. Fast when there is nothing to do.

build_packages="g++ cmake ninja-build pkg-config libsystemc-dev libboost-program-options-dev \
libyaml-cpp-dev libspdlog-dev nlohmann-json3-dev libhdf5-dev libdeflate-dev libssl-dev libsqlitecpp-dev libmuparser-dev libjs-chart.js"
test_packages="doctest-dev librapidcheck-dev clang libclang-rt-dev llvm clang-tidy python3 python3-numpy python3-h5py python3-pil \
python3-skimage python3-torch python3-torchvision python3-onnx python3-optuna python3-yaml python3-pandas python3-setuptools python3-wheel python3-pip python3-venv flake8 mypy slurm-wlm munge zsh python3-selenium chromium chromium-driver fonts-liberation"
test_packages+=" man-db dpkg-dev file" # tests/install: man, and what cpack calls

# Whether this system's package lists have a package, so that it can be installed.
is_offered() { LC_ALL=C apt-cache policy "$1" | grep 'Candidate: [^(]' >/dev/null; }

need_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "error: these packages are missing; install them as root: ${missing[*]}" >&2
      return 1
    }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  local absent=()
  for package in "${missing[@]}"; do is_offered "$package" || absent+=("$package"); done
  if [ ${#absent[@]} -gt 0 ]; then
    echo "error: this system offers no package ${absent[*]} (docs/platforms.md)" >&2
    return 1
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
