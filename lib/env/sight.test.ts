import { describe, expect, it } from "vitest";
import { launchEnv } from "@/lib/env";
import { sightVariables, traceSettingsOf } from "@/lib/env/sight";

const PARTS = ["portal", "worker", "signer", "custodian", "witness"] as const;
const urls = (METRICS_URL: string) => PARTS.map((part) => sightVariables({ METRICS_URL }, part).METRICS_URL);

describe("variables for watching", () => {
  it("give each part of one machine a metrics address of its own", () => {
    expect(urls("http://127.0.0.1:9464")).toEqual(
      [9464, 9465, 9466, 9467, 9468].map((port) => `http://127.0.0.1:${port}`),
    );
    expect(urls("http://[::1]:9464")[1]).toBe("http://[::1]:9465");
    expect(new Set(urls("unix:/run/sealport/metrics.sock")).size).toBe(5);
  });

  it("give a part only what the operator set", () => {
    expect(sightVariables({}, "signer")).toEqual({});
    expect(sightVariables({ OTEL_TRACES_SAMPLER_ARG: "0.1" }, "signer")).toEqual({
      OTEL_TRACES_SAMPLER_ARG: "0.1",
    });
  });

  it("turn traces on only by the address of a receiver", () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318";
    expect(traceSettingsOf({ OTEL_TRACES_SAMPLER_ARG: 1 })).toBeUndefined();
    expect(traceSettingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG: 0.5 })).toEqual({
      endpoint: OTEL_EXPORTER_OTLP_ENDPOINT,
      ratio: 0.5,
    });
  });

  it("report an invalid address at the start", () => {
    process.env.METRICS_URL = "nine thousand";
    try {
      expect(() => launchEnv()).toThrow(/METRICS_URL/);
    } finally {
      delete process.env.METRICS_URL;
    }
  });
});
