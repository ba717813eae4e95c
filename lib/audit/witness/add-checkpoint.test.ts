import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { toBase64, toHex, utf8 } from "@/lib/crypto/bytes";
import { consistencyProof, emptyRoot, leafHash, treeRoot } from "@/lib/crypto/log/merkle";
import {
  checkpointText,
  cosignatureLine,
  cosignerVkey,
  openNote,
  signNote,
  vkey,
} from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign, sha256 } from "@/lib/crypto/primitives";
import { callService } from "@/lib/ipc/client";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { openWitness } from "./open-witness";
import { MAX_WITNESS_BODY_BYTES, witnessHandler } from "./serve-witness";

const ORIGIN = "log.example.test/sealport";
const OTHER = "sigsum.org/v1/tree/0123";
const SEED = new Uint8Array(32).fill(1);
const WITNESS_SEED = new Uint8Array(32).fill(2);
const WITNESS = "witness.example.test/w1";
const WITNESS_VKEY = cosignerVkey(WITNESS, ed25519PublicKey(WITNESS_SEED));
const LEAVES = Array.from({ length: 40 }, (_, at) => leafHash(utf8(`leaf ${at}`)));

const logs = [ORIGIN, OTHER].map((origin) => ({ origin, vkeys: [vkey(origin, ed25519PublicKey(SEED))] }));
const signer = {
  name: WITNESS,
  publicKey: ed25519PublicKey(WITNESS_SEED),
  sign: async (message: Uint8Array) => ed25519Sign(WITNESS_SEED, message),
};

let dir: string;
let clock: ReturnType<typeof fixedClock>;
let handler: ReturnType<typeof witnessHandler>;

async function restart(): Promise<void> {
  handler = witnessHandler(await openWitness(dir, logs, signer, clock));
}
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "sealport-witness-"));
  clock = fixedClock(new Date("2026-11-24T12:00:00Z"));
  await restart();
});

function noteOf(
  size: number,
  options: { origin?: string; leaves?: readonly Uint8Array[]; more?: string } = {},
): string {
  const { origin = ORIGIN, leaves = LEAVES, more = "" } = options;
  const rootHash = size === 0 ? emptyRoot() : treeRoot(leaves.slice(0, size));
  const text = `${checkpointText({ origin, size, rootHash })}${more}`;
  return signNote(text, [{ name: origin, seed: SEED }]);
}

function bodyOf(old: number | string, note: string, proof: readonly string[] = []): string {
  return `old ${old}\n${proof.map((hash) => `${hash}\n`).join("")}\n${note}`;
}
const proofOf = (old: number, size: number) => consistencyProof(LEAVES, old, size).map(toBase64);

async function add(body: string | Uint8Array, to = handler) {
  const bytes = Buffer.from(body);
  const reply = await to({
    method: "POST",
    path: "/add-checkpoint",
    query: new URLSearchParams(),
    headers: {},
    body: bytes,
  });
  return { status: reply.status, type: reply.headers?.["content-type"], text: String(reply.body ?? "") };
}

describe("the witness by C2SP tlog-witness", () => {
  it("cosigns a tree that extends its last, and the cosignature is valid for the whole note text", async () => {
    const first = noteOf(3);
    expect((await add(bodyOf(0, first))).status).toBe(200);
    const note = noteOf(9, { more: "an extension line\n" });
    const reply = await add(bodyOf(3, note, proofOf(3, 9)));
    expect([reply.status, reply.text.endsWith("\n"), reply.text.split("\n")]).toMatchObject([
      200,
      true,
      { length: 2 },
    ]);
    const [signed] = openNote(`${note}${reply.text}`, [WITNESS_VKEY]).verified;
    expect(signed?.timestamp).toBe(clock.nowMs() / 1000);
  });

  it("cosigns the same size again, and answers 409 with its size for any other old size", async () => {
    await add(bodyOf(0, noteOf(3)));
    expect((await add(bodyOf(3, noteOf(3)))).status).toBe(200);
    for (const old of [0, 2])
      expect(await add(bodyOf(old, noteOf(9), proofOf(3, 9)))).toEqual({
        status: 409,
        type: "text/x.tlog.size",
        text: "3\n",
      });
    expect((await add(bodyOf(9, noteOf(9)))).text).toBe("3\n");
  });

  it("never cosigns a fork, at the same size or a larger one, also after a restart", async () => {
    const forged = [...LEAVES.slice(0, 2), leafHash(utf8("forged")), ...LEAVES.slice(3)];
    await add(bodyOf(0, noteOf(5)));
    for (const round of [1, 2]) {
      expect((await add(bodyOf(5, noteOf(5, { leaves: forged })))).status, `round ${round}`).toBe(409);
      const proof = consistencyProof(forged, 5, 9).map(toBase64);
      expect((await add(bodyOf(5, noteOf(9, { leaves: forged }), proof))).status).toBe(422);
      expect((await add(bodyOf(0, noteOf(9, { leaves: forged })))).status).toBe(409);
      await restart();
    }
    expect((await add(bodyOf(5, noteOf(9), proofOf(5, 9)))).status).toBe(200);
  });

  it("answers 400 for an old size above the checkpoint's, 404 for an unknown origin, 403 without a trusted signature", async () => {
    expect((await add(bodyOf(4, noteOf(3)))).status).toBe(400);
    expect((await add(bodyOf(0, noteOf(3, { origin: "unknown.example.test/log" })))).status).toBe(404);
    const text = checkpointText({ origin: ORIGIN, size: 3, rootHash: treeRoot(LEAVES.slice(0, 3)) });
    const stranger = signNote(text, [{ name: ORIGIN, seed: WITNESS_SEED }]);
    expect((await add(bodyOf(0, stranger))).status).toBe(403);
    const broken = noteOf(3).replace(/ (\S{8})\S{4}(\S+)\n$/, " $1AAAA$2\n");
    expect((await add(bodyOf(0, broken))).status).toBe(403);
    // A cosignature does not count as a log signature, and other signatures next to the log's own do not matter.
    const cosigned = `${text}\n${cosignatureLine(ORIGIN, SEED, text, 1)}\n`;
    expect((await add(bodyOf(0, cosigned))).status).toBe(403);
    expect((await add(bodyOf(0, `${stranger}${noteOf(3).split("\n\n")[1]}`))).status).toBe(200);
  });

  it("answers 422 for a proof that is invalid, too short, too long, or not empty from size 0", async () => {
    expect((await add(bodyOf(0, noteOf(3), proofOf(1, 3)))).status).toBe(422);
    await add(bodyOf(0, noteOf(3)));
    const proof = proofOf(3, 9);
    expect((await add(bodyOf(3, noteOf(9)))).status).toBe(422);
    expect((await add(bodyOf(3, noteOf(9), proof.slice(1)))).status).toBe(422);
    expect((await add(bodyOf(3, noteOf(9), [...proof, proof[0] ?? ""]))).status).toBe(422);
    expect((await add(bodyOf(3, noteOf(9), proof.toReversed()))).status).toBe(422);
    expect((await add(bodyOf(3, noteOf(3), proof))).status).toBe(422);
    expect((await add(bodyOf(3, noteOf(9), proof))).status).toBe(200);
  });

  it("keeps each log apart, and a size of zero has the empty tree's root", async () => {
    await add(bodyOf(0, noteOf(5)));
    expect((await add(bodyOf(0, noteOf(2, { origin: OTHER })))).status).toBe(200);
    expect((await add(bodyOf(5, noteOf(5)))).status).toBe(200);
    dir = await mkdtemp(path.join(tmpdir(), "sealport-witness-"));
    await restart();
    expect((await add(bodyOf(0, noteOf(0)))).status).toBe(200);
    const text = `${ORIGIN}\n0\n${toBase64(sha256(utf8("forged")))}\n`;
    expect((await add(bodyOf(0, signNote(text, [{ name: ORIGIN, seed: SEED }])))).status).toBe(409);
  });

  it("signs no tree after its clock went back, also after a restart, and continues when the clock is right again", async () => {
    await add(bodyOf(0, noteOf(3)));
    clock.advance(-1_000);
    expect((await add(bodyOf(3, noteOf(3)))).status).toBe(503);
    await restart();
    expect((await add(bodyOf(3, noteOf(9), proofOf(3, 9)))).status).toBe(503);
    clock.advance(1_000);
    expect((await add(bodyOf(3, noteOf(9), proofOf(3, 9)))).status).toBe(200);
  });

  it("does not start with an empty store in place of an unreadable one, and finds the store of its first version", async () => {
    await writeFile(
      path.join(dir, "head.json"),
      JSON.stringify({
        v: 1,
        log: ORIGIN,
        size: 9,
        root: Buffer.from(treeRoot(LEAVES.slice(0, 9))).toString("base64url"),
      }),
    );
    await restart();
    expect((await add(bodyOf(0, noteOf(3)))).text).toBe("9\n");
    await writeFile(path.join(dir, "head.json"), "{");
    await expect(restart()).rejects.toThrow("cannot be read");
    await writeFile(path.join(dir, "head.json"), JSON.stringify({ v: 1, log: "x", size: 9, root: "AAAA" }));
    const own = path.join(dir, toHex(sha256(utf8(ORIGIN))), "head.json");
    await restart();
    await add(bodyOf(0, noteOf(3)));
    const stored = await readFile(own, "utf8");
    await writeFile(own, stored.replace(ORIGIN, OTHER));
    await expect(restart()).rejects.toThrow("another log");
  });

  it("cosigns racing trees one after the other and never goes back", async () => {
    const sizes = [3, 5, 9, 12, 20];
    const replies = await Promise.all(sizes.map((size) => add(bodyOf(0, noteOf(size)))));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.slice(1).every(({ status, text }) => status === 409 && text === "3\n")).toBe(true);
  });
});

describe("invalid bodies", () => {
  const hash = toBase64(new Uint8Array(32));
  const good = noteOf(3);
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => `\u2014 n${at} ${toBase64(new Uint8Array(68))}\n`).join("");
  it.each([
    ["no old line", `\n${good}`],
    ["an old size with a leading zero", bodyOf("00", good)],
    ["an old size with a sign", bodyOf("+0", good)],
    ["an old size beyond 2^53", bodyOf("9007199254740993", good)],
    ["a huge old size", bodyOf("9".repeat(5_000), good)],
    ["CRLF", bodyOf(0, good).replaceAll("\n", "\r\n")],
    ["CR in the note only", bodyOf(0, good.replace("\n3\n", "\r\n3\n"))],
    ["64 proof lines", bodyOf(1, good, Array(64).fill(hash))],
    ["a proof hash of 31 bytes", bodyOf(1, good, [toBase64(new Uint8Array(31))])],
    ["a proof hash of 33 bytes", bodyOf(1, good, [toBase64(new Uint8Array(33))])],
    ["non-canonical base64 in the proof", bodyOf(1, good, [`${hash.slice(0, 42)}B=`])],
    ["base64 without padding", bodyOf(1, good, [hash.slice(0, 43)])],
    ["10,000 signature lines", bodyOf(0, `${good}${lines(10_000)}`)],
    ["101 signature lines", bodyOf(0, `${good}${lines(100)}`)],
    ["a malformed line of an unknown key", bodyOf(0, `${good}\u2014 someone else AAAAAAAA\n`)],
    ["no signature line", bodyOf(0, good.split("\n\n")[0] ?? "")],
    ["a checkpoint size with a leading zero", bodyOf(0, good.replace("\n3\n", "\n03\n"))],
    ["a huge checkpoint size", bodyOf(0, good.replace("\n3\n", "\n99999999999999999999\n"))],
    ["a root of 31 bytes", bodyOf(0, good.replace(/\n3\n.*\n/, `\n3\n${toBase64(new Uint8Array(31))}\n`))],
    ["a body cut short", bodyOf(0, good).slice(0, -1)],
    ["an empty body", ""],
    ["bytes that are not UTF-8", new Uint8Array([0x6f, 0x6c, 0x64, 0x20, 0x30, 0x0a, 0x0a, 0xff, 0xfe])],
  ])("with %s get 400 and leave the witness as it was", async (_name, body) => {
    expect((await add(body)).status).toBe(400);
    expect((await add(bodyOf(0, good))).status).toBe(200);
  });

  it("bodies beyond the limit are refused before they are read, and other methods and paths get their own errors", async () => {
    const url = `unix:${dir}/w.sock`;
    const server: ServiceServer = await serveHttp(url, handler, { maxBodyBytes: MAX_WITNESS_BODY_BYTES });
    const call = (method: string, at: string, body?: Uint8Array) =>
      callService(url, { method, path: at, timeoutMs: 20_000, ...(body ? { body } : {}) });
    expect((await call("POST", "/add-checkpoint", new Uint8Array(MAX_WITNESS_BODY_BYTES + 1))).status).toBe(
      413,
    );
    expect((await call("GET", "/add-checkpoint")).status).toBe(405);
    expect((await call("POST", "/other")).status).toBe(404);
    expect((await call("POST", "/add-checkpoint", Buffer.from(bodyOf(0, noteOf(3))))).status).toBe(200);
    await server.close(0);
  });
});
