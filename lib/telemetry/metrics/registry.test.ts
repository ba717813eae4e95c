import { describe, expect, it } from "vitest";
import { collectWith, counter, metricsText, timer } from "@/lib/telemetry/metrics/registry";

const errors: string[] = [];
const read = () => metricsText((collector) => void errors.push(collector));

describe("the metrics of a process", () => {
  it("count by labels in the order of the table, also from another copy of the module", async () => {
    counter("sealport_limiter_draws_total")(1, "reads", "allowed");
    counter("sealport_limiter_draws_total")(2, "reads", "allowed");
    counter("sealport_limiter_draws_total")(1, "reads", "denied");
    const text = await read();
    expect(text).toContain('sealport_limiter_draws_total{class="reads",outcome="allowed"} 3\n');
    expect(text).toContain('sealport_limiter_draws_total{class="reads",outcome="denied"} 1\n');
  });

  it("note durations in buckets of seconds", async () => {
    const note = timer("sealport_custodian_call_duration_seconds");
    note(4, "open");
    note(3_000, "open");
    const text = await read();
    expect(text).toContain('sealport_custodian_call_duration_seconds_bucket{le="0.005",act="open"} 1\n');
    expect(text).toContain('sealport_custodian_call_duration_seconds_bucket{le="2.5",act="open"} 1\n');
    expect(text).toContain('sealport_custodian_call_duration_seconds_count{act="open"} 2\n');
  });

  it("leave out a gauge whose value is not known now, and do not show its last one", async () => {
    collectWith("log", () => [
      ["sealport_log_entries", 7],
      ["sealport_queue_depth", 2, "exports"],
    ]);
    const before = await read();
    expect(before).toContain("sealport_log_entries 7\n");
    expect(before).toContain('sealport_queue_depth{queue="exports"} 2\n');
    collectWith("log", () => []);
    expect(await read()).not.toMatch(/^sealport_(log_entries|queue_depth)[ {]/m);
  });

  it("show what other parts report while one fails", async () => {
    collectWith("log", () => [["sealport_log_entries", 8]]);
    collectWith("broken", () => Promise.reject(new Error("away")));
    expect(await read()).toContain("sealport_log_entries 8\n");
    expect(errors).toEqual(["broken"]);
    collectWith("broken", () => []);
  });

  it("take a counter that another part keeps as it is", async () => {
    collectWith("keys", () => [["sealport_opened_key_lookups_total", 5, "hit"]]);
    await read();
    expect(await read()).toContain('sealport_opened_key_lookups_total{result="hit"} 5\n');
  });

  it("answer two readers at once with whole figures", async () => {
    collectWith("log", () => [["sealport_log_entries", 9]]);
    for (const text of await Promise.all([read(), read(), read()]))
      expect(text).toContain("sealport_log_entries 9\n");
  });

  it("refuse a name of another type", () => {
    expect(() => counter("sealport_log_entries")).toThrow("not a counter");
    expect(() => timer("sealport_requests_total")).toThrow("not a histogram");
  });
});
