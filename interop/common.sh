# Shared by the scripts here: a temporary folder, servers that are stopped by their process ids, a free port.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
WORK=$(mktemp -d)
SERVERS=()
finish() {
  local status=$?
  for pid in "${SERVERS[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$WORK"
  if [ "$status" -eq 0 ]; then echo "PASSED"; else echo "FAILED ($status)"; fi
}
trap finish EXIT

need() { # command, Debian package
  command -v "$1" >/dev/null || { echo "$1 is missing: apt-get install -y $2" >&2; exit 2; }
}
free_port() {
  node -e 'const s=require("node:net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}
wait_for_port() { # port
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  echo "nothing listens on port $1" >&2
  return 1
}
drive() { node --import tsx --conditions=react-server "$@"; }
new_log_key() { # sets LOG_SEED and LOG_PUBLIC, hexadecimal
  read -r LOG_SEED LOG_PUBLIC < <(node -e '
    const { privateKey, publicKey } = require("node:crypto").generateKeyPairSync("ed25519");
    const raw = (key) => Buffer.from(key, "base64url").toString("hex");
    console.log(raw(privateKey.export({ format: "jwk" }).d), raw(publicKey.export({ format: "jwk" }).x))')
}
