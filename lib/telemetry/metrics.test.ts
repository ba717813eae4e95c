import { expect, it } from "vitest";
import { metricsText } from "@/lib/telemetry/metrics";

it("metrics are written as Prometheus reads them, with their labels escaped", () => {
  const text = metricsText([
    {
      name: "sealport_one_total",
      kind: "counter",
      help: "How often.",
      values: [
        { labels: { result: "hit" }, value: 3 },
        { labels: { result: 'a "b"\\\n' }, value: 0 },
      ],
    },
    { name: "sealport_two", kind: "gauge", help: "How many.", values: [{ value: 1.5 }] },
  ]);
  expect(text).toBe(
    [
      "# HELP sealport_one_total How often.",
      "# TYPE sealport_one_total counter",
      'sealport_one_total{result="hit"} 3',
      'sealport_one_total{result="a \\"b\\"\\\\\\n"} 0',
      "",
      "# HELP sealport_two How many.",
      "# TYPE sealport_two gauge",
      "sealport_two 1.5",
      "",
    ].join("\n"),
  );
});
