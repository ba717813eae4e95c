import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { EVENT_ALARMS } from "@/lib/telemetry/metrics/alarm-names";

const LIB = path.join(import.meta.dirname, "../..");

it("every alarm that a log line of lib can carry is documented", () => {
  const files = readdirSync(LIB, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/\.test\.ts$|^db\/generated|^testing/.test(name),
  );
  const texts = files.map((name) => readFileSync(path.join(LIB, name), "utf8"));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\balarm: "([a-z.-]+)"/g)].map(([, name]) => name ?? ""),
  );
  expect(named.length).toBeGreaterThan(20);
  expect([...new Set(named)].filter((name) => EVENT_ALARMS[name] === undefined)).toEqual([]);
});
