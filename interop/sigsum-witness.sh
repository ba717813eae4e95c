#!/bin/bash
# Debian's sigsum-witness (package sigsum-go) cosigns our checkpoints and refuses a forged root.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need sigsum-witness sigsum-go
need sigsum-key sigsum-go

# A sigsum log's origin contains its key: sigsum.org/v1/tree/<hex SHA-256 of the key>.
new_log_key
LOG_HASH=$(node -e 'console.log(require("node:crypto").createHash("sha256").update(Buffer.from(process.argv[1],"hex")).digest("hex"))' "$LOG_PUBLIC")
echo "$LOG_PUBLIC" | sigsum-key from-hex > "$WORK/log.pub"
sigsum-key generate -o "$WORK/witness"
WITNESS_HASH=$(sigsum-key to-hash -k "$WORK/witness.pub")

PORT=$(free_port)
# The packaged server names its handlers in the old form of Go's router.
GODEBUG=httpmuxgo121=0 sigsum-witness -k "$WORK/witness" --log-key "$WORK/log.pub" \
  --state-file "$WORK/state" "127.0.0.1:$PORT" 2> "$WORK/witness.log" &
SERVERS+=($!)
wait_for_port "$PORT" || { cat "$WORK/witness.log" >&2; exit 1; }

export LOG_SEED LOG_ORIGIN="sigsum.org/v1/tree/$LOG_HASH" WITNESS_URL="http://127.0.0.1:$PORT"
export WITNESS_VKEY=$(sigsum-key to-vkey -k "$WORK/witness.pub" -n "sigsum.org/v1/witness/$WITNESS_HASH" -t cosignature/v1)
echo "witness: sigsum-witness $(dpkg-query -W -f='${Version}' sigsum-go), $WITNESS_VKEY"
drive interop/ask-witness.ts || { cat "$WORK/witness.log" >&2; exit 1; }
