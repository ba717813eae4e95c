import { getTranslations } from "next-intl/server";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listAuditExports } from "@/lib/api-client/operations/audit";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { findUnknownNames } from "@/lib/audit/reading/actors/known-names";
import { ofLog } from "@/lib/audit/reading/of-log";
import { ExportHistoryQuery } from "@/lib/audit/schema";
import { isUuid } from "@/lib/crypto/uuid";
import { loadPage } from "@/lib/http/pages/page";
import { actorChoices } from "../_components/filter/actor-choices";
import { readAsked } from "../_components/filter/read-asked";
import { addressOf, oneOf, withUnknown } from "../_components/filter/read-filter";
import { signedSize } from "../_components/list/load-list";
import { LogChoice } from "../_components/list/log-choice";
import { Download, exportAddress, logOf } from "./_components/download";
import { ExportForm, formatOf } from "./_components/export-form";
import { History } from "./_components/history";

const PATH = "/audit/exports";
const LIMIT = "20";

export async function generateMetadata() {
  return { title: (await getTranslations("audit.exports"))("title") };
}

/** Exports of the log: what to take, the download with what will be written down, and what was taken before. */
export default async function ExportsPage({ searchParams }: PageProps<"/audit/exports">) {
  const t = await getTranslations("audit");
  const params = await searchParams;
  const { read: asked, logs } = await readAsked(params);
  const format = formatOf(oneOf(params, "format"));
  const cursor = oneOf(params, "cursor");
  const section = { label: t("title"), href: "/audit" };
  const result = await loadPage(listAuditExports, "/confidential/audit/exports", async (cx) => {
    // No other origin is one.
    ofLog(cx, logs.log);
    const query = ExportHistoryQuery.parse({ limit: LIMIT, ...(isUuid(cursor) ? { cursor } : {}) });
    return {
      history: await listExports(cx, query),
      unknown: await findUnknownNames(cx, asked.filter),
      hasBackground: (await cx.flags?.isOn("export.background", cx.principal.organisationId)) === true,
    };
  });
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { value, principal } = result;
  const { history, hasBackground } = value;
  const read = withUnknown(asked, value.unknown);
  const isReady = oneOf(params, "ready") === "1" && read.fault === undefined;
  const next = history.next_cursor ?? undefined;
  return (
    <PageFrame
      crumbs={[section, { label: t("exports.title") }]}
      title={t("exports.title")}
      lead={t("exports.lead")}
      apiCall={{ method: "GET", path: exportAddress({ format, ...logOf(logs), ...read.filter }) }}
    >
      <LogChoice
        logs={logs}
        signed={logs.log === undefined ? 0 : await signedSize(logs.log)}
        href={(log) => addressOf(PATH, { ...read.values, log }, { format, ready: isReady ? "1" : undefined })}
      />
      <Section title={t("exports.what")}>
        <div className="pt-3">
          <ExportForm
            read={read}
            format={format}
            actors={await actorChoices([], read.values.actor, principal)}
          />
        </div>
      </Section>
      {isReady ? (
        <Download
          format={format}
          filter={read.filter}
          log={logs.log}
          by={principal.name}
          known={history.items.map(({ id }) => id)}
          hasBackground={hasBackground}
        />
      ) : null}
      <Section title={t(principal.role === "coordinator" ? "exports.historyAll" : "exports.history")}>
        <UnreadableRows rows={history.unreadable} />
        {history.items.length === 0 ? (
          <EmptyState title={t("exports.emptyTitle")} text={t("exports.emptyText")} />
        ) : (
          <History items={history.items} logs={logs} />
        )}
        <Pager
          first={cursor === "" ? undefined : addressOf(PATH, { log: read.values.log })}
          next={next === undefined ? undefined : addressOf(PATH, { log: read.values.log }, { cursor: next })}
        />
      </Section>
    </PageFrame>
  );
}
