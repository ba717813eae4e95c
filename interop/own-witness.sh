#!/bin/bash
# Our own witness process, started as another organisation would on another machine, cosigns our checkpoints.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

new_log_key
export LOG_SEED LOG_ORIGIN="log.interop.test/sealport"
vkey_of() { # name, type, public key in hexadecimal
  node -e '
    const [name, type, hex] = process.argv.slice(1), key = Buffer.from(hex, "hex"), tag = Buffer.of(Number(type));
    const id = require("node:crypto").createHash("sha256").update(name + "\n").update(tag).update(key).digest("hex").slice(0, 8);
    console.log(`${name}+${id}+${Buffer.concat([tag, key]).toString("base64")}`)' "$@"
}
LOG_VKEY=$(vkey_of "$LOG_ORIGIN" 1 "$LOG_PUBLIC")
PORT=$(free_port)
# It needs only these variables (docs/witness.md). It has no database and none of our keys.
env -i PATH="$PATH" HOME="$HOME" LOG_ORIGIN="$LOG_ORIGIN" LOG_VKEY="$LOG_VKEY" WITNESS_NAME=witness.interop.test/w1 \
  WITNESS_URL="http://127.0.0.1:$PORT" DATA_DIR="$WORK/data" KEY_DIR="$WORK/keys" KEK_FILE="$WORK/keys/kek.key" \
  node --import tsx --conditions=react-server scripts/start-witness.ts > "$WORK/witness.log" &
SERVERS+=($!)
wait_for_port "$PORT" || { cat "$WORK/witness.log" >&2; exit 1; }

export WITNESS_URL="http://127.0.0.1:$PORT"
export WITNESS_VKEY=$(node -e '
  const line = require("node:fs").readFileSync(process.argv[1], "utf8").trim().split("\n").map(JSON.parse).find((one) => one.vkey);
  console.log(line.vkey)' "$WORK/witness.log")
echo "witness: ours, $WITNESS_VKEY"
drive interop/ask-witness.ts || { cat "$WORK/witness.log" >&2; exit 1; }
