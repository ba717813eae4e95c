#!/bin/bash
# openssl stamps one of our checkpoints as an RFC 3161 authority, and verifies the token that we stored. It refuses the same token for a
# forged root. To verify a token of a bundle by hand, see README.md.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need openssl openssl

# Makes a certification authority, and a time stamp authority under it.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/ca.key" -out "$WORK/ca.pem" -days 2 -subj "/O=Interop/CN=CA" 2> /dev/null
openssl req -new -newkey rsa:2048 -nodes -keyout "$WORK/tsa.key" -out "$WORK/tsa.csr" -subj "/O=Interop/CN=TSA" 2> /dev/null
printf 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n' > "$WORK/tsa.ext"
openssl x509 -req -in "$WORK/tsa.csr" -CA "$WORK/ca.pem" -CAkey "$WORK/ca.key" -CAcreateserial -days 2 \
  -extfile "$WORK/tsa.ext" -out "$WORK/tsa.pem" 2> /dev/null
echo 01 > "$WORK/serial"
cat > "$WORK/ts.cnf" <<CONFIG
[tsa]
default_tsa = one
[one]
serial = $WORK/serial
signer_cert = $WORK/tsa.pem
signer_key = $WORK/tsa.key
certs = $WORK/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
CONFIG

PORT=$(free_port)
node interop/openssl-authority.mjs "$PORT" "$WORK/ts.cnf" "$WORK" &
SERVERS+=($!)
wait_for_port "$PORT"

new_log_key
export LOG_SEED LOG_ORIGIN="log.interop.test/sealport" OUT_DIR="$WORK"
export TSA_URL="http://127.0.0.1:$PORT/tsr" TSA_CA_FILE="$WORK/ca.pem"
drive interop/stamp-checkpoint.ts
sed 's/^/     | /' "$WORK/stamped.txt"
openssl ts -reply -in "$WORK/token.der" -token_in -text 2> /dev/null | grep -E "Policy|Serial|Time stamp:|Hash Alg" | sed 's/^/     | /'

echo "openssl ts -verify over the checkpoint:"
openssl ts -verify -token_in -in "$WORK/token.der" -data "$WORK/stamped.txt" -CAfile "$WORK/ca.pem"
echo "openssl ts -verify over a forged root, which must fail:"
if openssl ts -verify -token_in -in "$WORK/token.der" -data "$WORK/forged.txt" -CAfile "$WORK/ca.pem"; then
  echo "FAIL the forged root was taken" >&2
  exit 1
fi
echo "ok   the forged root is refused"
