// A key that its participant holds, from making it to recovering it: a participant's own program that uses only Node, written from
// docs/formats/keys.md and envelope.md. docs/guides/held-keys.md walks through it. You may copy it.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const USAGE = `usage: node held-key.mjs new FILE --participant ID --log ORIGIN    make a key pair; FILE (mode 0600) has both keys
       node held-key.mjs show FILE                                   its public key and fingerprint
       node held-key.mjs register FILE [--former OLDFILE]            register it and prove it (and the client-held one it replaces)
       node held-key.mjs open FILE TRANSACTION                       open what is sealed for it, here
       node held-key.mjs hand-over OLDFILE FILE                      re-wrap what is sealed with a replaced key
       node held-key.mjs lost LOSTKEYID FILE --reason TEXT           report a client-held key lost, and name this one
       node held-key.mjs prove-recovery LOSTKEYID FILE               answer the custodian, when two people have signed
SEALPORT_URL is the portal's address (http://localhost:3000), SEALPORT_API_KEY a key of the participant's with the scopes read and
keys. SEALPORT_API_KEY_FILE may name a file with it instead. ORIGIN is the log's name, the first line of its checkpoints.
`;

class Refused extends Error {}

const refuse = (reason) => {
  throw new Refused(reason);
};
const bytes = (text) => Buffer.from(text, "base64url");
const encoded = (text) => Buffer.from(text).toString("base64url");
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const isSame = (left, right) =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));

/** Returns the RFC 7638 thumbprint, which people compare and read aloud in groups of four. */
function fingerprintOf(x) {
  const digest = sha256(JSON.stringify({ crv: "X25519", kty: "OKP", x }));
  return `${digest.toString("base64url")}\nto read aloud: ${digest.toString("hex").match(/.{4}/g).join(" ")}`;
}

/** Returns X25519 of a private JWK and a public key. */
function shared({ crv, kty, x, d }, publicKey) {
  const peer = createPublicKey({ key: { crv, kty, x: publicKey }, format: "jwk" });
  return diffieHellman({
    privateKey: createPrivateKey({ key: { crv, kty, x, d }, format: "jwk" }),
    publicKey: peer,
  });
}

const newPair = () =>
  generateKeyPairSync("x25519", {
    publicKeyEncoding: { format: "jwk" },
    privateKeyEncoding: { format: "jwk" },
  }).privateKey;

const read = (file) => JSON.parse(readFileSync(file, "utf8"));

async function call(method, path, body) {
  const {
    SEALPORT_URL = "http://localhost:3000",
    SEALPORT_API_KEY = "",
    SEALPORT_API_KEY_FILE,
  } = process.env;
  const apiKey =
    SEALPORT_API_KEY_FILE === undefined
      ? SEALPORT_API_KEY
      : readFileSync(SEALPORT_API_KEY_FILE, "utf8").trim();
  const answer = await fetch(new URL(`/confidential${path}`, SEALPORT_URL), {
    method,
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const said = await answer.json();
  if (!answer.ok) refuse(`${answer.status} ${said.code}: ${said.detail ?? said.title}`);
  return said;
}

/** Returns the registered version of one of our keys. */
async function registered({ participant, x }) {
  const { items } = await call("GET", `/keys?participant_id=${participant}&limit=100`);
  return items.find((each) => each.public_key === x) ?? refuse("this key is not registered");
}

/**
 * Answers a challenge (keys.md, "Proof of possession"). Checks first that it is about our key, then the server's tag, and answers only
 * then.
 */
function answerTo({ context, ephemeral_key, server_tag }, key) {
  const said = JSON.parse(context);
  const isOurs = said.public_key === key.x && said.participant === key.participant && said.log === key.log;
  if (!isOurs || said.v !== "sealport/pop/1" || said.ephemeral_key !== ephemeral_key)
    refuse("the challenge is not about this key, participant and log");
  const k = Buffer.from(
    hkdfSync("sha256", shared(key, ephemeral_key), sha256(context), "sealport/pop/1", 32),
  );
  const tag = (side) => createHmac("sha256", k).update(`${side}\0`).update(context).digest("base64url");
  if (!isSame(tag("server"), server_tag)) refuse("the server did not compute the same");
  return tag("client");
}

const counted = (part) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return Buffer.concat([length, part]);
};

/** Returns the key that wraps a content key: Concat KDF, RFC 7518 section 4.6.2, for 256 bits. */
function wrappingKey(secret, apu, kid) {
  const names = ["ECDH-ES+A256KW", apu, kid].map((text) => counted(Buffer.from(text)));
  return sha256(Buffer.from([0, 0, 0, 1]), secret, ...names, Buffer.from([0, 0, 1, 0]));
}

const WRAP = ["id-aes256-wrap", Buffer.alloc(8, 0xa6)];

/** Returns the content key of one recipient object (envelope.md), if all members around it are about this group and this key. */
function contentKey(key, kid, { transaction, group, ep, gen }, { protected: header, recipient }) {
  const apu = `cfx1|tx=${transaction}|grp=${group}|ep=${ep}|gen=${gen}`;
  const { cfx, alg, enc } = JSON.parse(bytes(header));
  const isAbout = cfx.tx === transaction && cfx.grp === group && cfx.ep === ep && cfx.gen === gen;
  const { header: own } = recipient;
  const isBound = String(bytes(own.apu)) === apu && String(bytes(own.apv)) === kid && own.kid === kid;
  if (!isAbout || !isBound || alg !== "ECDH-ES+A256KW" || enc !== "A256GCM")
    refuse(`${transaction} ${group}: the envelope is not about this`);
  const [cipher, iv] = WRAP;
  const opener = createDecipheriv(cipher, wrappingKey(shared(key, own.epk.x), apu, kid), iv);
  const cek = Buffer.concat([opener.update(bytes(recipient.encrypted_key)), opener.final()]);
  const cmt = createHmac("sha256", cek).update(`cfx1/commit|${apu}`).digest("base64url");
  if (!isSame(cmt, cfx.cmt)) refuse(`${transaction} ${group}: the envelope does not commit to this key`);
  return { cek, apu, rd: cfx.rd };
}

/** Returns the recipient object for another key, with a fresh ephemeral key. */
function wrapFor({ kid, public_key }, { cek, apu }) {
  const ephemeral = newPair();
  const [name, iv] = WRAP;
  const cipher = createCipheriv(name, wrappingKey(shared(ephemeral, public_key), apu, kid), iv);
  const encrypted = Buffer.concat([cipher.update(cek), cipher.final()]);
  const epk = { crv: "X25519", kty: "OKP", x: ephemeral.x };
  return { header: { kid, epk, apu: encoded(apu), apv: encoded(kid) }, encrypted_key: encoded(encrypted) };
}

/** Returns one group's fields, decrypted and each checked against the record's digests (envelope.md, "Digests"). */
function fieldsOf(key, kid, transaction, { group, jwe, ep, gen, digests }) {
  const recipient = jwe.recipients.find(({ header }) => header.kid === kid);
  if (recipient === undefined) return refuse(`${group} is not sealed for ${kid}`);
  const { cek, rd } = contentKey(key, kid, { transaction, group, ep, gen }, { ...jwe, recipient });
  const list = digests.map(bytes);
  if (sha256(`cfx1/rd|${transaction}|`, ...list).toString("base64url") !== rd)
    refuse(`${group}: the record's digests are not the ones sealed`);
  const opener = createDecipheriv("aes-256-gcm", cek, bytes(jwe.iv)).setAAD(Buffer.from(jwe.protected));
  opener.setAuthTag(bytes(jwe.tag));
  const { fields, salts } = JSON.parse(Buffer.concat([opener.update(bytes(jwe.ciphertext)), opener.final()]));
  for (const [name, value] of Object.entries(fields)) {
    const d = encoded(canonical([salts[name], `${group}.${name}`, value]));
    if (!digests.includes(sha256(d).toString("base64url"))) refuse(`${group}.${name} is not of this record`);
  }
  return fields;
}

/** Returns RFC 8785 of the values that a sealed field may have. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

const COMMANDS = {
  new: ([file], { participant, log }) => {
    if (participant === undefined || log === undefined) return refuse(USAGE);
    const { crv, kty, x, d } = newPair();
    writeFileSync(file, `${JSON.stringify({ crv, kty, x, d, participant, log })}\n`, {
      mode: 0o600,
      flag: "wx",
    });
    return COMMANDS.show([file]);
  },
  show: ([file]) => {
    const { x } = read(file);
    return `public key: ${x}\nfingerprint: ${fingerprintOf(x)}`;
  },
  register: async ([file], { former }) => {
    const key = read(file);
    const body = {
      participant_id: key.participant,
      public_key: key.x,
      algorithm: "X25519",
      custody: "client",
    };
    const { key_id, challenge, replaces } = await call("POST", "/keys", body);
    if (replaces !== undefined && former === undefined)
      return refuse(`${replaces.kid} is held by you: name its file with --former`);
    const proof = { client_tag: answerTo(challenge, key) };
    if (replaces !== undefined) proof.replaced_tag = answerTo(replaces.challenge, read(former));
    const { kid, state, replaced } = await call("POST", `/keys/${key_id}/proof`, proof);
    const left =
      replaced === undefined ? "" : `; ${replaced.remaining_wraps} groups are sealed for ${replaced.kid}`;
    return `${kid} is ${state} (${key_id})${left}`;
  },
  open: async ([file, transaction]) => {
    const key = read(file);
    const { kid } = await registered(key);
    const { items } = await call("GET", `/transactions/${transaction}/envelopes`);
    return items.map((item) => JSON.stringify(fieldsOf(key, kid, transaction, item))).join("\n");
  },
  "hand-over": async ([formerFile, file]) => {
    const [former, key] = [read(formerFile), read(file)];
    const { key_id } = await registered(former);
    for (let moved = 0; ; ) {
      const { kid, items, successor, not_in_log } = await call("GET", `/keys/${key_id}/wraps?limit=30`);
      const others = not_in_log.length === 0 ? "" : `; not in the log: ${not_in_log.join(" ")}`;
      if (items.length === 0) return `${moved} groups handed over${others}`;
      if (successor?.public_key !== key.x) return refuse("the active key is not the one in this file");
      const entries = items.map((item) => {
        const { transaction_id, group, gen } = item;
        const opened = contentKey(former, kid, { ...item, transaction: transaction_id }, item);
        return { transaction_id, group, gen, recipient: wrapFor(successor, opened) };
      });
      const { challenge } = await call("POST", `/keys/${key_id}/challenge`);
      const client_tag = answerTo(challenge, former);
      moved += (await call("POST", `/keys/${key_id}/wraps`, { client_tag, entries })).rewrapped;
    }
  },
  lost: async ([lost, file], { reason }) => {
    const { x: public_key } = read(file);
    const asked = await call("POST", `/keys/${lost}/recovery`, { public_key, reason });
    return `${asked.old_key.kid} to ${asked.new_key.kid}: two persons must sign until ${asked.not_after}.\nThey will ask you for the fingerprint of the new key: ${fingerprintOf(public_key)}`;
  },
  "prove-recovery": async ([lost, file]) => {
    const { challenge } = await call("POST", `/keys/${lost}/recovery/challenge`);
    const client_tag = answerTo(challenge, read(file));
    const { state, new_key } = await call("POST", `/keys/${lost}/recovery/proof`, { client_tag });
    return `${new_key.kid} is active; the recovery is ${state}`;
  },
};
const FILES = { new: 1, show: 1, register: 1, open: 2, "hand-over": 2, lost: 2, "prove-recovery": 2 };
const TEXT = { type: "string" };

try {
  const options = { participant: TEXT, log: TEXT, former: TEXT, reason: TEXT };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [command, ...files] = positionals;
  if (FILES[command] !== files.length) refuse(USAGE);
  process.stdout.write(`${await COMMANDS[command](files, values)}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
