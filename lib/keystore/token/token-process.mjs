// The token process: child of a process with keys, and the only one that loads a PKCS#11 module. It exchanges lines of
// JSON with its parent over standard input and output, one order and one answer at a time (docs/custody/pkcs11.md). It
// ends when that pipe closes. Plain JavaScript that imports only its own module, so that it starts at once.
import { Token } from "./cryptoki.mjs";
import { isDenied, isGone, KeyFault, TokenFault } from "./pkcs11-numbers.mjs";

const MAX_LINE_BYTES = 8_192;
const MAX_LISTED = 100_000;
const MAX_KNOWN = 10_000;
const KEY_BYTES = 32;
const ID_BYTES = 16;

/** Thrown for an order outside the protocol: the parent has another version or is not ours. */
class Malformed extends Error {}

let token;
/** Keys that this session found and checked, by id and label: only handles and public keys. */
const known = new Map();

function text(order, name) {
  const value = order[name];
  if (typeof value !== "string" || value.length === 0 || value.length > 1_024) throw new Malformed();
  return value;
}

function bytes(order, name, length) {
  const value = Buffer.from(text(order, name), "base64url");
  if (value.length !== length || value.toString("base64url") !== order[name]) throw new Malformed();
  return value;
}

const nameOf = (order) => `${text(order, "object")}|${text(order, "label")}`;

function keep(name, handle, publicKey) {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(name, { handle, publicKey });
}

/** Returns the key's handle, if the token's own key is the expected one. */
async function keyOf(order, expected) {
  const name = nameOf(order);
  if (!known.has(name)) {
    const handle = await token.find(bytes(order, "object", ID_BYTES), Buffer.from(text(order, "label")));
    keep(name, handle, await token.publicKey(handle));
  }
  const { handle, publicKey } = known.get(name);
  if (!publicKey.equals(expected)) throw new KeyFault("refused", "its public key is not the expected one");
  return handle;
}

async function derive(order) {
  const [expected, peer] = [bytes(order, "public_key", KEY_BYTES), bytes(order, "peer", KEY_BYTES)];
  const act = async () => token.derive(await keyOf(order, expected), peer);
  let secret;
  try {
    secret = await act();
  } catch (error) {
    if (!isGone(error)) throw error;
    // The object was destroyed or replaced since, so it is searched and checked again, once.
    known.delete(nameOf(order));
    secret = await act();
  }
  const answer = { secret: secret.toString("base64url") };
  secret.fill(0);
  return answer;
}

const ACTS = {
  open: [
    "module token pin",
    async (order) => {
      if (token !== undefined) throw new Malformed();
      const pin = Buffer.from(text(order, "pin"), "utf8");
      try {
        token = new Token(text(order, "module"));
        await token.open(text(order, "token"), pin);
      } finally {
        pin.fill(0);
      }
      return {};
    },
  ],
  look: [
    "",
    async () => {
      await token.look();
      return {};
    },
  ],
  make: [
    "object label",
    async (order) => {
      const id = bytes(order, "object", ID_BYTES);
      const { handle, publicKey } = await token.make(id, Buffer.from(text(order, "label")));
      keep(nameOf(order), handle, publicKey);
      return { public_key: publicKey.toString("base64url") };
    },
  ],
  derive: ["object label public_key peer", derive],
  destroy: [
    "object label",
    async (order) => {
      known.delete(nameOf(order));
      const id = bytes(order, "object", ID_BYTES);
      return { destroyed: await token.destroy(id, Buffer.from(text(order, "label"))) };
    },
  ],
  list: [
    "label",
    async (order) => {
      const ids = await token.list(Buffer.from(text(order, "label")), MAX_LISTED);
      return { objects: ids.map((id) => id.toString("base64url")) };
    },
  ],
};

/** Returns what a failure means for the parent. It includes the module's numbers, never the input. */
function failureOf(error) {
  if (error instanceof KeyFault) return { error: error.kind, what: error.message };
  if (isDenied(error)) return { error: "denied", what: error.message };
  if (error instanceof TokenFault) return { error: "failed", what: error.message };
  return { error: "failed", what: token === undefined ? "the module is not loaded" : error.name };
}

async function answerTo(line) {
  const order = JSON.parse(line);
  if (typeof order !== "object" || order === null || !Number.isSafeInteger(order.n)) throw new Malformed();
  if (!Object.hasOwn(ACTS, order.act)) throw new Malformed();
  const [members, act] = ACTS[order.act];
  if (Object.keys(order).sort().join(" ") !== `act n ${members}`.trim().split(" ").sort().join(" "))
    throw new Malformed();
  if (order.act !== "open" && token === undefined) throw new Malformed();
  try {
    return { n: order.n, ...(await act(order)) };
  } catch (error) {
    if (error instanceof Malformed) throw error;
    return { n: order.n, ...failureOf(error) };
  }
}

/** Ends at once, also while a call into the module hangs on a thread. */
function end() {
  process.kill(process.pid, "SIGKILL");
}

let waiting = "";
let isBusy = false;

async function takeLine() {
  const cut = waiting.indexOf("\n");
  if (cut === -1 && waiting.length > MAX_LINE_BYTES) return end();
  if (cut === -1 || isBusy) return;
  const line = waiting.slice(0, cut);
  waiting = waiting.slice(cut + 1);
  isBusy = true;
  try {
    const answer = await answerTo(line);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  } catch {
    return end();
  }
  isBusy = false;
  return takeLine();
}

process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  waiting += chunk;
  void takeLine();
});
process.stdin.on("end", end);
process.stdin.on("error", end);
process.stdout.on("error", end);
