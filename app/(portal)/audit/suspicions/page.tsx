import { getTranslations } from "next-intl/server";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listSuspicions } from "@/lib/api-client/operations/erasures";
import { listSuspicions as list } from "@/lib/audit/list-suspicions";
import { SuspicionQuery } from "@/lib/audit/schema";
import { loadPage } from "@/lib/http/page";
import { loadEntry } from "../_components/load-entry";
import { signedSize } from "../_components/load-list";
import { numberOf, oneOf } from "../_components/read-filter";
import { NoteSuspicion } from "./_components/note-suspicion";
import { OpenedSuspicion } from "./_components/opened-suspicion";
import { SuspicionTable } from "./_components/suspicion-table";

const PATH = "/audit/suspicions";
const LIMIT = "40";

export async function generateMetadata() {
  return { title: (await getTranslations("keeping.suspicions"))("title") };
}

async function Opened({ seq }: { seq: number }) {
  return <OpenedSuspicion seq={seq} loaded={await loadEntry(seq, await signedSize())} closeHref={PATH} />;
}

/** Suspicions, for the duty compliance alone: write one down, the list of them, and what one says. */
export default async function SuspicionsPage({ searchParams }: PageProps<"/audit/suspicions">) {
  const t = await getTranslations("keeping.suspicions");
  const audit = await getTranslations("audit");
  const params = await searchParams;
  const cursor = oneOf(params, "cursor");
  const entry = numberOf(params, "entry");
  const isCursor = /^[\w-]{1,40}$/.test(cursor);
  const query = SuspicionQuery.parse({ limit: LIMIT, ...(isCursor ? { cursor } : {}) });
  const result = await loadPage(listSuspicions, "/confidential/audit/suspicions", (cx) => list(cx, query));
  const section = { label: audit("title"), href: "/audit" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { items, next_cursor: next } = result.value;
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead")}</p>}
      apiCall={{ method: "GET", path: "/confidential/audit/suspicions" }}
      factsLook="drawer"
      facts={entry === undefined ? undefined : <Opened seq={entry} />}
    >
      <div className={entry === undefined ? "" : "hidden facts:block"}>
        <Section title={t("list")}>
          {items.length === 0 ? (
            <EmptyState title={t("empty.title")} text={t("empty.text")} />
          ) : (
            <SuspicionTable items={items} current={entry} path={PATH} />
          )}
          <Pager
            first={isCursor ? PATH : undefined}
            next={next === null ? undefined : `${PATH}?cursor=${next}`}
          />
        </Section>
        <Section title={t("note.title")}>
          <NoteSuspicion />
        </Section>
      </div>
    </PageFrame>
  );
}
