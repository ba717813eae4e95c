import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as SeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** One picture of a dashboard: a query for each line, with its legend. */
export interface Panel {
  readonly title: string;
  readonly meaning: string;
  /** Unit of Grafana, for example `s`, `bytes` or `ops`. */
  readonly unit: string;
  readonly queries: readonly (readonly [query: string, legend: string])[];
  /** A number of this moment instead of a curve. */
  readonly isNumber?: true;
}

export interface Board {
  readonly file: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const SOURCE = { type: "prometheus", uid: "${source}" };
const HEIGHT = 8;
const NUMBER_HEIGHT = 4;

function panelOf({ title, meaning, unit, queries, isNumber }: Panel) {
  const panel =
    isNumber === true
      ? new StatBuilder().span(6).height(NUMBER_HEIGHT)
      : new SeriesBuilder().span(12).height(HEIGHT);
  panel.title(title).description(meaning).unit(unit).datasource(SOURCE);
  if (panel instanceof SeriesBuilder) panel.min(0);
  for (const [query, legend] of queries)
    panel.withTarget(new DataqueryBuilder().datasource(SOURCE).expr(query).legendFormat(legend));
  return panel;
}

/** Returns a dashboard as Grafana imports it. The data source is chosen when it is opened. */
export function dashboardText({ file, title, rows }: Board): string {
  const board = new DashboardBuilder(title)
    .uid(`sealport-${file}`)
    .tags(["sealport"])
    .refresh("30s")
    .time({ from: "now-3h", to: "now" })
    .timezone("utc")
    .withVariable(new DatasourceVariableBuilder("source").label("Data source").type("prometheus"));
  for (const row of rows) {
    board.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) board.withPanel(panelOf(panel));
  }
  return `${JSON.stringify(board.build(), null, 2)}\n`;
}
