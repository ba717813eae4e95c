import { describe, expect, it } from "vitest";
import { lineChart } from "./line-chart";
import { readWish } from "./load";
import { shareOf } from "./play-load";
import { growthAnHour } from "./watch-processes";

describe("the load tool", () => {
  it.each([
    "http://example.org",
    "http://10.0.0.1:3000",
    "http://127.0.0.1.example.org",
    "https://localhost.example.org",
    "nonsense",
  ])("refuses %s, which is not of this machine", (url) => {
    expect(() => readWish(["--url", url, "--data-dir", ".data"])).toThrow("an address of this machine");
  });

  it.each(["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"])("calls %s", (url) => {
    expect(readWish(["--url", url, "--data-dir", ".data", "--rate", "5"])).toMatchObject({ url, rate: 5 });
  });

  it.each([
    [["--rate", "0"], "--rate"],
    [["--rate", "501"], "--rate"],
    [["--seconds", "100000"], "--seconds"],
    [["--soak", "x"], "--soak"],
    [["--fault", "fire"], "no fault fire"],
    [["--url", "http://127.0.0.1:1"], "go together"],
    [
      ["--url", "http://127.0.0.1:1", "--data-dir", "d", "--fault", "kill-portal"],
      "faults are for an instance",
    ],
  ])("refuses %j", (args, reason) => {
    expect(() => readWish(args)).toThrow(reason);
  });

  it("has 60 seconds of 20 operations unless it is asked for others, and minutes for a soak", () => {
    expect(readWish([])).toMatchObject({ rate: 20, seconds: 60, fault: "none" });
    expect(readWish(["--soak", "15"]).seconds).toBe(900);
  });
});

describe("figures of a load", () => {
  it("are shares of the sorted values", () => {
    expect([shareOf([5, 1, 3], 0.5), shareOf([1, 2, 3, 4], 0.99), shareOf([], 0.5)]).toEqual([3, 4, 0]);
  });

  it("show growth by the second half, in units an hour", () => {
    const steady = [100, 200, 300, 300, 300, 300].map((value, at) => ({ at, value }));
    expect(growthAnHour(steady)).toBe(0);
    const growing = Array.from({ length: 10 }, (_, at) => ({ at, value: at }));
    expect(growthAnHour(growing)).toBeCloseTo(3_600);
  });

  it("are drawn as one SVG without anything from elsewhere, with names as text", () => {
    const svg = lineChart({
      ...{ title: "a < b", unit: "ms", isLogarithmic: true },
      series: [
        {
          name: "open & read",
          points: [
            { at: 0, value: 3 },
            { at: 60, value: 300 },
          ],
        },
      ],
      marks: [{ at: 30, name: "kill" }],
    });
    expect(svg).toContain("a &lt; b");
    expect(svg).toContain("open &amp; read");
    expect(svg).not.toMatch(/href|<script|<style|NaN/);
  });
});
