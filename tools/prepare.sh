# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by quickstart and run-tests: installs what is missing, builds the release preset.

say() { printf '\n== %s\n' "$*"; }

install_missing() {
  local missing=() package
  while read -r package; do
    [[ -z $package || $package == \#* ]] && continue
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done < tools/packages
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    echo "missing packages: ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
    exit 3
  fi
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

build() {  # PRESET
  say "building ($1)"
  cmake --preset "$1" >/dev/null
  cmake --build --preset "$1"
}
