import { describe, expect, it } from "vitest";
import { toBase64, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { signNote, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { readCanonicalZip, writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { draft, FIXTURE_LOG, fixtureId, keysOf, layOut, operator } from "./bundle-fixture";
import { BUNDLE_FILES, Policy } from "./claims/bundle-format";
import type { Report } from "./report/report";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const CLEAN = draft(OURS, 5, [2, 5]);
const DEEP = 50_000;
const nested = (open: string, close: string) => open.repeat(DEEP) + close.repeat(DEEP);
const SHAPES: [string, string][] = [
  ["lists", nested("[", "]")],
  ["lists that do not end", "[".repeat(DEEP)],
  ["objects", `${nested('{"a":', "}").replace(":}", ":1}")}`],
];

function named(report: Report, pattern: RegExp): void {
  expect(report.verdict).toBe("wrong");
  const details = report.findings.map(({ detail }) => detail);
  expect(
    details.some((detail) => pattern.test(detail)),
    JSON.stringify(details),
  ).toBe(true);
}

it("the reader stops after ten thousand of half a million invalid lines", async () => {
  const text = Buffer.alloc(1 << 20, Buffer.from([0xff, 0x0a]));
  const files = readCanonicalZip(layOut(CLEAN, OURS)).map((file) =>
    file.name === BUNDLE_FILES.entries ? { ...file, bytes: new Uint8Array(text) } : file,
  );
  named(
    await verifyBundle(writeCanonicalZip(files), { policy: POLICY }),
    /more than 10000 lines of entries\.ndjson/,
  );
});

describe.each(SHAPES)("fifty thousand nested %s are refused with their place", (_, deep) => {
  it.each([
    ["keys.json", /keys\.json: /],
    ["checkpoints.json", /checkpoints\.json: /],
    ["timestamps.json", /timestamps\.json: /],
    ["entries.ndjson", /entries\.ndjson should be entry 0: /],
  ])("nesting in %s is refused", async (name, pattern) => {
    const inList = name === "checkpoints.json" || name === "timestamps.json";
    const text = name === "entries.ndjson" ? `${deep}\n` : inList ? `[${deep}]` : deep;
    named(
      await verifyBundle(layOut({ ...CLEAN, texts: { [name]: text } }, OURS), { policy: POLICY }),
      pattern,
    );
  });

  it("nesting in a member of a line of entries is refused", async () => {
    const line = `{"entry":{"a":${deep}},"leaf":"${"A".repeat(43)}","parts":[],"seq":0}\n`;
    const bundle = layOut({ ...CLEAN, texts: { [BUNDLE_FILES.entries]: line } }, OURS);
    named(await verifyBundle(bundle, { policy: POLICY }), /line 1 of entries\.ndjson/);
  });

  it("nesting in the manifest is refused", async () => {
    const text = `${FIXTURE_LOG}/bundle/1\n${deep}\n`;
    const note = signNote(text, [{ name: `${FIXTURE_LOG}/receipt`, seed: OURS.receiptSeed }]);
    const empty = ["keys.json", "checkpoints.json", "leaves.txt", "places.txt", "entries.ndjson"];
    const files = empty.map((name) => ({ name, bytes: utf8("") }));
    const bundle = writeCanonicalZip([...files, { name: "manifest.txt", bytes: utf8(note) }]);
    named(await verifyBundle(bundle, { policy: POLICY }), /manifest\.txt: /);
  });

  it("nesting in the entry of a receipt is refused", async () => {
    const receipt = {
      log: FIXTURE_LOG,
      entry: toBase64url(utf8(deep.slice(0, 60_000))),
      entry_id: fixtureId(1),
      leaf_hash: "A".repeat(43),
      integrate_by: "2026-11-24T14:46:00.000000Z",
      signature: "",
    };
    const report = await verifyBundle(layOut(CLEAN, OURS), { policy: POLICY, receipts: [{ receipt }] });
    named(report, /receipt/);
  });
});

const NAME = `${FIXTURE_LOG}/receipt`;
/** 32 bytes that do not encode a point of edwards25519: y = 2 has no x. */
const NO_POINT = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 2 : 0));
const BAD_KEYS: [string, string][] = [
  ["of no form", "nonsense"],
  ["of 31 bytes", `${NAME}+00000000+${toBase64(Uint8Array.of(1, ...new Uint8Array(31)))}`],
  [
    "of another key id",
    vkey(NAME, ed25519PublicKey(OURS.receiptSeed)).replace(/\+[0-9a-f]{8}\+/, "+00000000+"),
  ],
  ["that is not a point", vkey(NAME, NO_POINT)],
];

describe.each(BAD_KEYS)("a key %s", (_, bad) => {
  it.each(["log", "receipts", "witnesses"] as const)(
    "a bad key among the policy's %s is refused",
    async (member) => {
      const keys = member === "witnesses" ? [{ vkey: bad, kind: "own" as const }] : [bad];
      const policy = Policy.parse({ ...keysOf(OURS), [member]: keys });
      const receipt = {
        log: FIXTURE_LOG,
        entry: "",
        entry_id: fixtureId(1),
        leaf_hash: "A".repeat(43),
        integrate_by: "",
        signature: "",
      };
      const receipts = [{ receipt }];
      const report = await verifyBundle(layOut(CLEAN, OURS), { policy, receipts });
      named(report, /the policy's (?:log|receipt|witness) key 1 is /);
    },
  );

  it.each(["log", "receipts", "witnesses"] as const)(
    "a bad key among the bundle's %s is refused",
    async (member) => {
      const keys = {
        ...keysOf(OURS),
        [member]: member === "witnesses" ? [{ vkey: bad, kind: "own" }] : [bad],
      };
      const bundle = layOut({ ...CLEAN, keys: keys as ReturnType<typeof keysOf> }, OURS);
      named(await verifyBundle(bundle), /keys\.json: (?:log|receipt|witness) key 1 is /);
    },
  );
});
