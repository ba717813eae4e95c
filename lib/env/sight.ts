import "server-only";
import { z } from "zod";

const Text = z.string().min(1);

/** Variables for the metrics and traces of a process. Each process has its own METRICS_URL. */
export const sightFields = {
  /** Where this process serves `/metrics`, for example `http://127.0.0.1:9464`. Without it metrics are not served. `npm start` gives it to the portal, and the next four ports to worker, signer, custodian and witness. */
  METRICS_URL: Text.optional(),
  /** Base address of an OTLP/HTTP receiver of traces, for example `http://127.0.0.1:4318`. Without it no trace is made. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Share of the traces that is sent, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
};

/** The same variables as unparsed texts, as the launcher passes them to its parts. */
export const sightTexts = {
  METRICS_URL: Text.refine((url) => url.startsWith("unix:/") || URL.canParse(url), "not a URL").optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: Text.optional(),
  OTEL_TRACES_SAMPLER_ARG: Text.optional(),
};

/** Returns where traces are sent, and which share of them; undefined if traces are off. */
export function traceSettingsOf(env: {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}): { readonly endpoint: string; readonly ratio: number } | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = env;
  return endpoint === undefined ? undefined : { endpoint, ratio };
}

/** The parts in the order of their metrics' ports. */
const WATCHED = ["portal", "worker", "signer", "custodian", "witness"] as const;
type Watched = (typeof WATCHED)[number];

/** Returns the launcher's address with the part's own port or socket. */
function metricsUrlOf(url: string, part: Watched): string {
  if (url.startsWith("unix:")) return part === "portal" ? url : `${url}.${part}`;
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname}:${Number(port === "" ? "80" : port) + WATCHED.indexOf(part)}`;
}

type SightTexts = { readonly [Name in keyof typeof sightTexts]?: string | undefined };

/** Returns the variables for metrics and traces that the launcher passes to a part. */
export function sightVariables(env: SightTexts, part: Watched): Record<string, string> {
  const { METRICS_URL, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG } = env;
  return {
    ...(METRICS_URL === undefined ? {} : { METRICS_URL: metricsUrlOf(METRICS_URL, part) }),
    ...(OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT }),
    ...(OTEL_TRACES_SAMPLER_ARG === undefined ? {} : { OTEL_TRACES_SAMPLER_ARG }),
  };
}
