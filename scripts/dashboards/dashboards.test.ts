import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { metricsPage } from "@/lib/telemetry/metrics/metrics-page";
import { METRICS } from "@/lib/telemetry/metrics/registry";
import { LOG } from "./log-board";
import { type Board, dashboardText } from "./panels";
import { PROCESSES } from "./process-board";
import { SERVICE } from "./service-board";

const ROOT = path.join(import.meta.dirname, "../..");
const BOARDS = [SERVICE, LOG, PROCESSES];
const queriesOf = ({ rows }: Board): string[] =>
  rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(([query]) => query)));
const NAMES = /\b(?:sealport|nodejs|process)_[a-z0-9_]+/g;
const SERIES = /_(?:bucket|sum|count)$/;

function metricOf(name: string): string {
  const base = name.replace(SERIES, "");
  return METRICS[base]?.type === "histogram" ? base : name;
}

describe("dashboards", () => {
  it("ask only for metrics of docs/metrics.md", () => {
    const named = BOARDS.flatMap(queriesOf).flatMap((query) => query.match(NAMES) ?? []);
    expect(named.length).toBeGreaterThan(50);
    expect(named.map(metricOf).filter((name) => METRICS[name] === undefined)).toEqual([]);
  });

  it("use only labels that a metric has", () => {
    for (const query of BOARDS.flatMap(queriesOf)) {
      const known = (query.match(NAMES) ?? []).flatMap((name) => METRICS[metricOf(name)]?.labels ?? []);
      const used = [...query.matchAll(/by \(([^)]*)\)|\{([^}]*)\}/g)].flatMap(([, by = "", matched = ""]) => [
        ...by.split(","),
        ...matched.split(",").map((one) => one.split(/[!=]/, 1)[0] ?? ""),
      ]);
      for (const label of used.map((one) => one.trim()).filter((one) => one !== ""))
        expect([...known, "le", "instance"], query).toContain(label);
    }
  });

  it("show every metric of ours at least once", () => {
    const shown = new Set(
      BOARDS.flatMap(queriesOf).flatMap((query) => (query.match(NAMES) ?? []).map(metricOf)),
    );
    const own = Object.keys(METRICS).filter((name) => name.startsWith("sealport_"));
    // What is kept for alert rules only.
    const other = ["sealport_opened_key_evictions_total"];
    expect(own.filter((name) => !shown.has(name) && !other.includes(name))).toEqual([]);
  });

  it("are up to date in deploy/grafana: run `npm run dashboards`", () => {
    const folder = path.join(ROOT, "deploy/grafana");
    expect(readdirSync(folder).sort()).toEqual(BOARDS.map(({ file }) => `${file}.json`).sort());
    for (const board of BOARDS)
      expect(readFileSync(path.join(folder, `${board.file}.json`), "utf8")).toBe(dashboardText(board));
  });

  it("have queries that Prometheus reads", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "boards-"));
    const rules = BOARDS.flatMap(queriesOf).map((expr, at) => ({
      record: `board:${at}`,
      expr: expr.replaceAll("$__rate_interval", "5m"),
    }));
    const file = path.join(folder, "rules.json");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "boards", rules }] }));
    const checked = spawnSync("promtool", ["check", "rules", file], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(checked.error).toBeUndefined();
    expect(`${checked.stdout}${checked.stderr}`).toContain("SUCCESS");
    expect(checked.status).toBe(0);
  });
});

it("docs/metrics.md is as the table of metrics is: run `npm run dashboards`", () => {
  expect(readFileSync(path.join(ROOT, "docs/metrics.md"), "utf8")).toBe(metricsPage());
});
