// Signs a call as in RFC 9421, by a program that uses only Node, written from docs/guides/signed-calls.md. You may copy it.
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const USAGE = `usage: node signed-call.mjs new FILE                        make a signing key; FILE (mode 0600) has both keys
       node signed-call.mjs call FILE METHOD PATH [JSON]       make a signed call and print its answer
SEALPORT_URL is the portal's address (http://localhost:3000), SEALPORT_KEY_ID the API key's prefix: sp_PREFIX_...
`;

function makeKey(file) {
  const { privateKey } = generateKeyPairSync("ed25519");
  const jwk = privateKey.export({ format: "jwk" });
  writeFileSync(file, JSON.stringify(jwk), { mode: 0o600, flag: "wx" });
  process.stdout.write(`${jwk.x}\n`);
}

/** Returns the headers that sign a call: the covered components, in lines, and the signature over them (RFC 9421 sections 2.5 and 3.1). */
function signedHeaders(jwk, { method, target, body }) {
  const digest = createHash("sha256")
    .update(body ?? "")
    .digest("base64");
  const fields = [
    ["@method", method],
    ["@target-uri", target],
    ...(body === undefined ? [] : [["content-digest", `sha-256=:${digest}:`]]),
  ];
  const names = fields.map(([name]) => `"${name}"`).join(" ");
  const created = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString("base64url");
  const input = `(${names});created=${created};nonce="${nonce}";keyid="${process.env.SEALPORT_KEY_ID}";alg="ed25519"`;
  const lines = fields.map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${input}`].join("\n");
  const signature = sign(null, Buffer.from(base), createPrivateKey({ key: jwk, format: "jwk" }));
  return {
    "signature-input": `sig=${input}`,
    signature: `sig=:${signature.toString("base64")}:`,
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-digest": `sha-256=:${digest}:` }),
  };
}

async function call(file, method, path, body) {
  const jwk = JSON.parse(readFileSync(file, "utf8"));
  const target = new URL(path, process.env.SEALPORT_URL ?? "http://localhost:3000").href;
  const headers = signedHeaders(jwk, { method, target, body });
  const answer = await fetch(target, { method, headers, body });
  process.stdout.write(`${answer.status} ${await answer.text()}\n`);
  if (!answer.ok) process.exitCode = 1;
}

const [act, file, ...rest] = process.argv.slice(2);
if (act === "new" && file !== undefined) makeKey(file);
else if (act === "call" && rest.length >= 2) await call(file, ...rest);
else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
