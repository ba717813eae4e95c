import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { FLAG_NAMES, forbiddenIn, GUARDED } from "@/lib/flags/guarded";
import { type FlagValue, openFlags } from "@/lib/flags/open-flags";
import { createLogger } from "@/lib/telemetry/logger";

const ROOT = path.join(import.meta.dirname, "../..");
const NOON = new Date("2026-11-29T12:00:00Z");
const VARIANTS = { state: "ENABLED", variants: { on: true, off: false } };
const ON = { ...VARIANTS, defaultVariant: "on" };
const rule = (targeting: unknown) => ({ ...VARIANTS, defaultVariant: "off", targeting });

function fileWith(flags: Readonly<Record<string, unknown>>): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "sp-flags-")), "flags.json");
  writeFileSync(file, JSON.stringify({ flags }));
  return file;
}

/** Switches with what they wrote and recorded. */
async function open(file: string | undefined, refuse = false, now = () => NOON.getTime()) {
  const lines: Record<string, unknown>[] = [];
  const recorded: FlagValue[] = [];
  const logger = createLogger("test", "info", { write: (line) => void lines.push(JSON.parse(line)) });
  const record = async (value: FlagValue) => {
    if (refuse) throw new Error("the database is away");
    recorded.push(value);
  };
  const clock = { ...fixedClock(NOON), nowMs: now };
  return { flags: await openFlags(file, { logger, clock, record, watchMs: 20 }), lines, recorded };
}

describe("a switch", () => {
  it("has its safe value without a file, when the file does not name it, and when the file is broken", async () => {
    const broken = fileWith({});
    writeFileSync(broken, "{ no JSON");
    const absent = path.join(path.dirname(broken), "absent.json");
    const sources = { none: undefined, read: fileWith({ other: ON }), broken };
    for (const [source, file] of [...Object.entries(sources), ["broken", absent] as const]) {
      const { flags } = await open(file);
      expect(flags.source()).toBe(source);
      for (const name of FLAG_NAMES) expect(await flags.isOn(name, randomUUID())).toBe(GUARDED[name].safe);
    }
  });

  it.each([
    ["a variant that is neither true nor false", { ...ON, variants: { on: "yes", off: "no" } }],
    ["a default that does not exist", { ...ON, defaultVariant: "neither" }],
    ["a rule that does not exist", rule({ unheard_of: [1, 2] })],
    ["a disabled state", { ...ON, state: "DISABLED" }],
    ["another form", "on"],
  ])("has its safe value with %s", async (_what, flag) => {
    const { flags } = await open(fileWith({ "export.background": flag }));
    expect(await flags.isOn("export.background", randomUUID())).toBe(false);
  });

  it("reaches the given share of organisations, and the same ones after a restart", async () => {
    const file = fileWith({
      "policy.memo": rule({
        fractional: [
          ["on", 25],
          ["off", 75],
        ],
      }),
    });
    const organisations = Array.from({ length: 2_000 }, () => randomUUID());
    const values = async () => {
      const { flags } = await open(file);
      return Promise.all(organisations.map((id) => flags.isOn("policy.memo", id)));
    };
    const [first, second] = [await values(), await values()];
    expect(first).toEqual(second);
    const share = first.filter(Boolean).length / first.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it("is evaluated again after a minute, and when the clock was set back", async () => {
    let nowMs = NOON.getTime();
    const { flags, lines } = await open(fileWith({ "export.background": ON }), false, () => nowMs);
    const id = randomUUID();
    const evaluations = async (): Promise<number> => {
      await flags.isOn("export.background", id);
      return lines.filter(({ msg }) => msg === "flag evaluated").length;
    };
    expect([await evaluations(), await evaluations()]).toEqual([1, 1]);
    nowMs += 60_000;
    expect(await evaluations()).toBe(2);
    nowMs -= 3_600_000;
    expect(await evaluations()).toBe(3);
  });

  it("can be on for one organisation alone", async () => {
    const [pilot, other] = [randomUUID(), randomUUID()];
    const only = rule({ if: [{ "===": [{ var: "targetingKey" }, pilot] }, "on", "off"] });
    const { flags } = await open(fileWith({ "export.background": only }));
    expect(await flags.isOn("export.background", pilot)).toBe(true);
    expect(await flags.isOn("export.background", other)).toBe(false);
  });

  it("changes when its file does, and goes back to the safe value when the file is broken or removed", async () => {
    const file = fileWith({ "export.background": ON });
    const { flags, lines } = await open(file);
    const id = randomUUID();
    expect(await flags.isOn("export.background", id)).toBe(true);
    writeFileSync(file, "[");
    await expect.poll(() => flags.isOn("export.background", id)).toBe(false);
    expect(lines).toContainEqual(expect.objectContaining({ alarm: "flags.broken", level: "error" }));
    writeFileSync(file, JSON.stringify({ flags: { "export.background": ON } }));
    await expect.poll(() => flags.isOn("export.background", id)).toBe(true);
    rmSync(file);
    await expect.poll(() => flags.isOn("export.background", id)).toBe(false);
  });

  it("writes a line for each evaluation, and is recorded before its value counts", async () => {
    const file = fileWith({ "export.background": ON });
    const { flags, lines, recorded } = await open(file);
    const organisation = randomUUID();
    expect(flags.lastKnown("export.background", organisation)).toBe(false);
    await expect.poll(() => flags.lastKnown("export.background", organisation)).toBe(true);
    const value = { flag: "export.background", organisationId: organisation, isOn: true, reason: "STATIC" };
    expect(recorded).toEqual([value]);
    expect(lines).toEqual([
      expect.objectContaining({ msg: "flag evaluated", flag: "export.background", organisation, on: true }),
    ]);
    const away = await open(file, true);
    expect(await away.flags.isOn("export.background", organisation)).toBe(false);
  });
});

describe("what a switch may guard", () => {
  it.each([
    "audit.record",
    "log.sign",
    "authorization.check",
    "access.floor",
    "retention.floor",
    "grant.limits",
  ])(
    "does not include %s: a file that names it is refused as a whole, and the refusal is logged",
    async (name) => {
      const { flags, lines } = await open(fileWith({ [name]: ON, "export.background": ON }));
      expect(flags.source()).toBe("refused");
      expect(await flags.isOn("export.background", randomUUID())).toBe(false);
      expect(lines[0]).toMatchObject({ alarm: "flags.refused", flags: [name] });
    },
  );

  it("is listed with the files that read it, and none of them writes the log, decides on access or deletes", () => {
    expect(forbiddenIn(FLAG_NAMES)).toEqual([]);
    const asking = new Map<string, string[]>();
    for (const folder of ["app", "lib"])
      for (const name of readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })) {
        const file = path.join(folder, name);
        if (!/\.tsx?$/.test(file) || /\.test\.|^lib\/(flags|testing)\/|generated/.test(file)) continue;
        const text = readFileSync(path.join(ROOT, file), "utf8");
        for (const [, flag = ""] of text.matchAll(/\.(?:isOn|lastKnown)\(\s*"([a-z.]+)"/g))
          asking.set(flag, [...(asking.get(flag) ?? []), file].sort());
      }
    expect(Object.fromEntries(asking)).toEqual(
      Object.fromEntries(FLAG_NAMES.map((name) => [name, GUARDED[name].asked])),
    );
    const closed =
      /^lib\/(custodian|crypto|keystore|identity|access\/(rules|grants|decisions)|audit\/(?!export\/jobs\/request-export))/;
    for (const file of [...asking.values()].flat()) expect(file).not.toMatch(closed);
  });
});
