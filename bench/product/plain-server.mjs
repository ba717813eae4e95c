import {
  createCipheriv,
  createHash,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  randomUUID,
} from "node:crypto";
import { createServer } from "node:http";
import pg from "pg";

// What anyone would write in an afternoon, as the baseline of `npm run bench -- product`: a key look-up and two INSERTs in a
// transaction. `/naive` also seals three groups for four recipients. It has no log, no policy and no signature.
const GROUPS = 3;
const RECIPIENTS = 4;
const publicKeys = Array.from({ length: RECIPIENTS }, () => generateKeyPairSync("x25519").publicKey);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

const FIND_KEY = { name: "find-key", text: "SELECT owner FROM api_key WHERE hash = $1" };
const ADD_RECORD = { name: "add-record", text: "INSERT INTO record (id, body) VALUES ($1, $2)" };
const ADD_ENTRY = { name: "add-entry", text: "INSERT INTO entry (record_id, digest) VALUES ($1, $2)" };

function encrypt(key, plain) {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

function wrap(contentKey, publicKey) {
  const own = generateKeyPairSync("x25519");
  const secret = diffieHellman({ privateKey: own.privateKey, publicKey });
  const key = Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(32), "wrap", 32));
  return {
    epk: own.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
    sealed: encrypt(key, contentKey),
  };
}

function seal(text) {
  return Array.from({ length: GROUPS }, () => {
    const key = randomBytes(32);
    return { body: encrypt(key, text), wraps: publicKeys.map((one) => wrap(key, one)) };
  });
}

async function store(authorization, text, isSealed) {
  JSON.parse(text);
  const client = await pool.connect();
  try {
    const hash = createHash("sha256").update(authorization).digest();
    const { rows } = await client.query({ ...FIND_KEY, values: [hash] });
    if (rows.length === 0) return 401;
    const id = randomUUID();
    const body = isSealed ? JSON.stringify(seal(text)) : text;
    await client.query("BEGIN");
    await client.query({ ...ADD_RECORD, values: [id, body] });
    await client.query({ ...ADD_ENTRY, values: [id, createHash("sha256").update(body).digest()] });
    await client.query("COMMIT");
    return 201;
  } finally {
    client.release();
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    store(
      request.headers.authorization ?? "",
      Buffer.concat(chunks).toString(),
      request.url === "/naive",
    ).then(
      (status) => response.writeHead(status, { "content-type": "application/json" }).end('{"success":true}'),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
});

server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit(0));
