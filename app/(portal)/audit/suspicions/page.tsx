import { getTranslations } from "next-intl/server";
import { addressOf as callAddress } from "@/components/client/api";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { EmptyState } from "@/components/ui/states";
import { listSuspicions } from "@/lib/api-client/operations/erasures";
import { SuspicionQuery } from "@/lib/audit/people-schema";
import { listSuspicions as list } from "@/lib/audit/reading/list-events";
import { readTransactionNames } from "@/lib/home/record-names";
import { loadPage } from "@/lib/http/pages/page";
import { loadEntry } from "../_components/entry/load-entry";
import { readAsked } from "../_components/filter/read-asked";
import { addressOf, numberOf, oneOf } from "../_components/filter/read-filter";
import { signedSize } from "../_components/list/load-list";
import { LogChoice } from "../_components/list/log-choice";
import { NoteSuspicion } from "./_components/note-suspicion";
import { OpenedSuspicion } from "./_components/opened-suspicion";
import { SuspicionTable } from "./_components/suspicion-table";

const PATH = "/audit/suspicions";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("keeping.suspicions"))("title") };
}

async function Opened({ seq, log, signed }: { seq: number; log: string | undefined; signed: number }) {
  const loaded = await loadEntry(seq, signed, log);
  return <OpenedSuspicion seq={seq} log={log ?? ""} loaded={loaded} closeHref={hrefOf(log)} />;
}

/** The page's address; no log is the present one. */
function hrefOf(log: string | undefined, more: Readonly<Record<string, string | undefined>> = {}): string {
  return addressOf(PATH, { log: log ?? "" }, more);
}

/** Suspicions, for the compliance duty alone: write one down, the list of them, and what one says. */
export default async function SuspicionsPage({ searchParams }: PageProps<"/audit/suspicions">) {
  const t = await getTranslations("keeping.suspicions");
  const audit = await getTranslations("audit");
  const params = await searchParams;
  const cursor = oneOf(params, "cursor");
  const entry = numberOf(params, "entry");
  const isCursor = /^[\w-]{1,40}$/.test(cursor);
  const { logs } = await readAsked(params);
  const { log } = logs;
  const ofLog = log === undefined ? {} : { log };
  const query = SuspicionQuery.parse({ limit: LIMIT, ...ofLog, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listSuspicions, "/confidential/audit/suspicions", async (cx) => {
    const page = await list(cx, query);
    const ids = page.items.flatMap(({ transaction_id: id }) => id ?? []);
    return { ...page, names: await readTransactionNames(cx, ids) };
  });
  const section = { label: audit("title"), href: "/audit" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, names, next_cursor: next } = result.value;
  const signed = await signedSize(log);
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      actions={log === undefined ? <NoteSuspicion /> : null}
      apiCall={{ method: "GET", path: callAddress("/confidential/audit/suspicions", { query: ofLog }) }}
      factsLook="drawer"
      facts={entry === undefined ? undefined : <Opened seq={entry} log={log} signed={signed} />}
    >
      <div className={entry === undefined ? "" : "hidden facts:block"}>
        <LogChoice logs={logs} signed={signed} href={(origin) => hrefOf(origin)} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t(log === undefined ? "empty.text" : "empty.closed")} />
        ) : (
          <SuspicionTable
            items={items}
            names={names}
            current={entry}
            path={(seq) => hrefOf(log, { entry: String(seq) })}
          />
        )}
        <Pager
          first={isCursor ? hrefOf(log) : undefined}
          next={next === null ? undefined : hrefOf(log, { cursor: next })}
        />
      </div>
    </PageFrame>
  );
}
