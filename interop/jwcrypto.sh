#!/bin/bash
# python3-jwcrypto opens our envelopes for every recipient, and we open those it seals in the same form.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
PYTHON=/usr/bin/python3
"$PYTHON" -c "import jwcrypto" 2> /dev/null || {
  echo "jwcrypto is missing: apt-get install -y python3-jwcrypto" >&2
  exit 2
}

drive interop/jwcrypto-envelopes.ts make "$WORK"
"$PYTHON" interop/jwcrypto-way.py "$WORK"
drive interop/jwcrypto-envelopes.ts check "$WORK"
