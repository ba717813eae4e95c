import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret } from "otpauth";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { readDemonstration } from "@/lib/identity/sign-in/demonstration";
import { siteOf } from "@/lib/identity/sign-in/site";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { codeOf, createAccount, type TestAccount, TestBrowser } from "@/lib/testing/instance/sign-in";

const clock = fixedClock(new Date());
let bench: PortalBench;
let runtime: Runtime;
let dir: string;
let person: TestAccount;

beforeAll(async () => {
  bench = await createPortalBench({});
  dir = await mkdtemp(path.join(tmpdir(), "sealport-demo-"));
  runtime = { ...bench.runtime, clock, demoFile: path.join(dir, "demo.json") };
  useRuntime(runtime);
  person = await createAccount(runtime, "regulator");
  const totp_secret = new Secret({ buffer: Uint8Array.from(person.totpSecret).buffer }).base32;
  const { email, password } = person;
  await writeFile(
    path.join(dir, "demo.json"),
    JSON.stringify({ accounts: [{ name: "r", email, password, totp_secret }] }),
  );
});
afterAll(async () => {
  await bench?.close();
  await rm(dir, { recursive: true, force: true });
});

it("the demonstration people are shown with an unused code", async () => {
  const shown = async () => (await readDemonstration(runtime, "localhost:3000"))?.people[0]?.code;
  expect(await shown()).toBe(codeOf(person, clock));
  await new TestBrowser().signIn(person, clock);
  expect(await shown()).toBe(codeOf(person, clock, 1));
  expect((await new TestBrowser().signIn(person, clock, 1)).status).toBe(200);
  expect(await shown()).toBeNull();
  clock.advance(30_000);
  expect(await shown()).toBe(codeOf(person, clock, 1));
});

it.each([
  ["under a foreign name that points here", {}, "evil.example:3000"],
  ["without a name", {}, null],
  ["when the portal listens to others", { site: siteOf({ HOST: "0.0.0.0", PORT: 3000 }) }, "localhost:3000"],
  ["when there are none", { demoFile: undefined }, "localhost:3000"],
  ["when their file is not there", { demoFile: "/nonexistent/demo.json" }, "localhost:3000"],
  ["outside evaluation", { isReal: true }, "localhost:3000"],
] as const)("the demonstration people are not shown %s", async (_when, change, host) => {
  const instance = { ...runtime.instance, evaluation: !("isReal" in change) };
  expect(await readDemonstration({ ...runtime, ...change, instance }, host)).toBeUndefined();
});

it.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000"])(
  "the demonstration people are shown at %s",
  async (host) => {
    expect((await readDemonstration(runtime, host))?.people).toHaveLength(1);
  },
);
