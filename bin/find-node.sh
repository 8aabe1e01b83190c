# Sourced by the commands beside this file, which set $bin to this folder. Sets $node to the first Node.js that is new
# enough: the one npm installed for this package, then the first on PATH. Ends the command with one sentence if none is.

# Is "$1" a Node.js >= 24.11? (`node -v` answers before the engine starts: some milliseconds.)
is_new_enough() {
  [ -x "$1" ] && [ ! -d "$1" ] || return 1
  version=$("$1" -v 2>/dev/null) || return 1
  version=${version#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  [ "$major" -gt 24 ] || { [ "$major" -eq 24 ] && [ "$minor" -ge 11 ]; }
}

find_node() {
  # A checkout or a package with its own node_modules, then a package beside others in a node_modules folder (and in no
  # other folder: anybody could put a program there). npm 10 makes no link in .bin.
  home=${bin%/bin}
  for modules in "$home/node_modules" "${home%/*}"; do
    [ "${modules##*/}" = node_modules ] || continue
    for node in "$modules/.bin/node" "$modules"/node-*/bin/node; do
      is_new_enough "$node" && return
    done
  done
  node=
  saved_ifs=$IFS
  IFS=:
  set -f
  for folder in $PATH; do
    node=${folder:-.}/node
    is_new_enough "$node" && break
    node=
  done
  set +f
  IFS=$saved_ifs
  [ -n "$node" ]
}

if ! find_node; then
  echo "${0##*/}: no Node.js 24.11 or newer in $home/node_modules or on PATH: run \`npm ci\`, which brings one, or install it" >&2
  exit 1
fi
