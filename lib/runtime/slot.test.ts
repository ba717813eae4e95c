import { afterEach, expect, it } from "vitest";
import { getRuntime, provideRuntime, type Runtime, useRuntime } from "@/lib/runtime/slot";

const SLOT = Symbol.for("sealport.runtime");
afterEach(() => Reflect.deleteProperty(globalThis, SLOT));

function isRuntime(value: object): value is Runtime {
  return "demoFile" in value;
}

/** Returns an object in place of a runtime; the tests compare only its identity. */
function named(name: string): Runtime {
  const runtime = { demoFile: name };
  if (!isRuntime(runtime)) throw new TypeError("not a runtime");
  return runtime;
}

it("the runtime is built once, at the first use", async () => {
  let built = 0;
  const runtime = named("one");
  provideRuntime(async () => ({
    buildRuntime: async () => {
      built += 1;
      return runtime;
    },
  }));
  expect(built).toBe(0);
  expect(await Promise.all([getRuntime(), getRuntime()])).toEqual([runtime, runtime]);
  expect(built).toBe(1);
});

it("a failed build is not kept: the next use builds again", async () => {
  let isAway = true;
  const runtime = named("two");
  provideRuntime(async () => ({
    buildRuntime: async () => {
      if (isAway) throw new Error("away");
      return runtime;
    },
  }));
  await expect(getRuntime()).rejects.toThrow("away");
  isAway = false;
  expect(await getRuntime()).toBe(runtime);
});

it("a runtime that was set is used instead of the provided one", async () => {
  provideRuntime(async () => ({ buildRuntime: async () => named("provided") }));
  const given = named("given");
  useRuntime(given);
  expect(await getRuntime()).toBe(given);
});

it("a process without a runtime gets an error that says so", async () => {
  await expect(getRuntime()).rejects.toThrow("no runtime was provided in this process");
});
