import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PROGRAM_ROOT } from "@/lib/launch/program";
import { metricsPage } from "@/lib/telemetry/metrics/metrics-page";
import { LOG } from "./dashboards/log-board";
import { dashboardText } from "./dashboards/panels";
import { PROCESSES } from "./dashboards/process-board";
import { SERVICE } from "./dashboards/service-board";

// `npm run dashboards`: writes docs/metrics.md as the table of metrics is, and the dashboards of deploy/grafana. A unit test
// compares them.
const folder = path.join(PROGRAM_ROOT, "deploy/grafana");
mkdirSync(folder, { recursive: true });
for (const board of [SERVICE, LOG, PROCESSES])
  writeFileSync(path.join(folder, `${board.file}.json`), dashboardText(board));
writeFileSync(path.join(PROGRAM_ROOT, "docs/metrics.md"), metricsPage());
process.stdout.write("docs/metrics.md and deploy/grafana are as the declarations are\n");
