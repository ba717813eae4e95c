import { inspect } from "node:util";
import { expect, it } from "vitest";
import { randomBytes } from "@/lib/crypto/primitives";
import { CanaryScanner } from "@/lib/testing/contracts/canaries";

const key = randomBytes(32);
const text = `canary ${Buffer.from(randomBytes(9)).toString("hex")} of a narrative`;
const scanner = new CanaryScanner();
scanner.add("key", key);
scanner.add("text", text);

const noise = (): Buffer => Buffer.from(randomBytes(1 + Math.floor(Math.random() * 40)));

it.each<[string, (bytes: Buffer) => Buffer | string]>([
  ["as it is", (bytes) => bytes],
  ["in hex", (bytes) => bytes.toString("hex")],
  ["in upper hex", (bytes) => bytes.toString("hex").toUpperCase()],
  ["in a JSON list of numbers", (bytes) => JSON.stringify([...bytes])],
  ["as the runtime prints it", (bytes) => inspect(new Uint8Array(bytes))],
  ["as an error's member prints", (bytes) => inspect({ cause: { data: bytes.toString("base64url") } })],
])("a value is found %s", (_name, form) => {
  expect(scanner.find(form(Buffer.from(key)))).toEqual(["key"]);
  expect(scanner.find(form(Buffer.from(text)))).toEqual(["text"]);
});

it("a value is found in base64 and base64url of a longer text, at any position", () => {
  for (let round = 0; round < 50; round += 1) {
    for (const alphabet of ["base64", "base64url"] as const) {
      const longer = Buffer.concat([noise(), Buffer.from(key), noise(), Buffer.from(text), noise()]);
      expect(scanner.find(`{"x":"${longer.toString(alphabet)}"}`)).toEqual(["key", "text"]);
    }
  }
});

it("no value is found where none is", () => {
  const near = Uint8Array.from(key, (byte, at) => (at === 10 ? byte ^ 1 : byte));
  expect(scanner.find(Buffer.from(near))).toEqual([]);
  expect(scanner.find(Buffer.from(near).toString("hex"))).toEqual([]);
  expect(scanner.find(Buffer.from(randomBytes(100_000)))).toEqual([]);
  expect(scanner.find("")).toEqual([]);
});
