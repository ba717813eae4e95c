import "server-only";
import { EVENT_ALARMS, LASTING_ALARMS } from "@/lib/telemetry/metrics/alarm-names";
import { METRICS } from "@/lib/telemetry/metrics/registry";

const HEAD = `# Metrics

This page is written by \`npm run dashboards\` from \`lib/telemetry/metrics\`. Do not edit it.

Each process serves its metrics as Prometheus text at its own \`METRICS_URL\`, path \`/metrics\`. Without the variable it
serves none. \`npm start\` gives the portal the port of \`METRICS_URL\`, and worker, signer, custodian and witness the next
four ports. [The guide](guides/watching.md) says how to read them.

Labels name no person and no transaction. Figures of the instance (the log, queues, alarms) come from every portal with the same
value: take \`max\` over portals, not \`sum\`. Ages and lags are in seconds. A gauge is absent while its value is unknown, for
example while the database is away.
`;

const TAIL = `## Alarms

\`sealport_alarm{name}\` is 1 while one of these lasts:

`;

const EVENTS = `
\`sealport_alarm_events_total{name}\` counts log lines that carry an alarm. Each background job has \`<job>.failed\`, and
these are the others:

`;

const code = (text: string): string => `\`${text}\``;

function list(names: Readonly<Record<string, string>>): string {
  const rows = Object.entries(names).map(([name, meaning]) => `| ${code(name)} | ${meaning} |\n`);
  return `| name | meaning |\n|---|---|\n${rows.join("")}`;
}

function metricRows(): string {
  return Object.entries(METRICS)
    .map(([name, { type, labels, meaning, process }]) => {
      const named = labels.length === 0 ? "–" : labels.map(code).join(", ");
      return `| ${code(name)} | ${type} | ${named} | ${meaning} | ${process} |\n`;
    })
    .join("");
}

/** Returns `docs/metrics.md`. */
export function metricsPage(): string {
  const table = `| name | type | labels | meaning | process |\n|---|---|---|---|---|\n${metricRows()}`;
  return `${HEAD}\n${table}\n${TAIL}${list(LASTING_ALARMS)}${EVENTS}${list(EVENT_ALARMS)}`;
}
