#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# From a fresh clone to a model's answer: installs what is missing (Debian 12 or newer), builds into build/, and streams one completion.
#
#   examples/try.sh [PROMPT]
#
# A provider whose key is in the environment answers (OPENAI_API_KEY=… examples/try.sh), or a server on this machine
# (Ollama, llama.cpp, LM Studio, …), or else the offline model, over the same HTTP path.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/packages.sh
. tests/packages.sh

prompt=${1:-Tell me a short story about a small library that talks with every model.}
tool=build/dheera-ai/tool/dheera-ai

install_packages "${BUILD_PACKAGES[@]}"

if [ ! -e build/build.ninja ]; then
  say 'Preparing build/'
  quietly meson setup build -Dintrospection=disabled -Dvapi=disabled -Dtests=disabled
fi
say 'Building'
quietly ninja -C build dheera-ai/tool/dheera-ai

say "Asking: $prompt"
"$tool" complete --stream --verbose "$prompt"

printf '\nNext: %s chat, or %s --help.\n' "$tool" "$tool"
