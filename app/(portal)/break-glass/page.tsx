import { getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/client/live-refresh";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Pager } from "@/components/ui/pager";
import { Section } from "@/components/ui/section";
import { EmptyState, Notice } from "@/components/ui/states";
import { listEmergencies } from "@/lib/access/break-glass/list-emergencies";
import type { EmergencyView } from "@/lib/access/break-glass/schema";
import { listBreakGlass } from "@/lib/api-client/operations/break-glass";
import { loadPage } from "@/lib/http/pages/page";
import { UseForm } from "./_components/use-form";
import { UseTable } from "./_components/use-table";

const PATH = "/break-glass";
const CALL = "/confidential/access/break-glass";
const LIMIT = 40;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function generateMetadata() {
  return { title: (await getTranslations("breakGlass"))("title") };
}

const oneOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === "string" && UUID.test(value) ? value : undefined;

/** The holder's own use that blocks the next: it runs, or nobody has reviewed it. */
function blockingOf(items: readonly EmergencyView[], handle: string): EmergencyView | undefined {
  const blocks = ["pending", "running", "review_due"];
  return items.find(({ holder, state }) => holder.handle === handle && blocks.includes(state));
}

async function Blocked({ use }: { use: EmergencyView }) {
  const t = await getTranslations("breakGlass.blocked");
  const isRunning = use.state !== "review_due";
  return (
    <Notice tone="amber" icon="clock" title={t(isRunning ? "runs" : "waits", { reference: use.reference })}>
      <p>{t(isRunning ? "runsText" : "waitsText")}</p>
      <p className="mt-3">
        <ButtonLink href={`${PATH}/${use.id}`} look={isRunning ? "primary" : "secondary"} size="bar">
          {t("look")}
        </ButtonLink>
      </p>
    </Notice>
  );
}

/** Break-glass: the form for its holders, and the uses that the reader may know of, newest first. */
export default async function BreakGlassPage({ searchParams }: PageProps<"/break-glass">) {
  const t = await getTranslations("breakGlass");
  const query = await searchParams;
  const cursor = oneOf(query.cursor);
  const result = await loadPage(listBreakGlass, CALL, (cx) => listEmergencies(cx, { cursor, limit: LIMIT }));
  if (!result.ok) return <ProblemPage problem={result.problem} section={{ label: t("title"), href: PATH }} />;
  const { value, principal } = result;
  const { items, next_cursor: next } = value;
  const isHolder = principal.duties.includes("break-glass");
  const blocking = blockingOf(items, principal.handle);
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t(isHolder ? "leadHolder" : "lead")}</p>}
      apiCall={{ method: "GET", path: CALL }}
    >
      <LiveRefresh kinds={["grant"]} />
      {!isHolder || cursor !== undefined ? null : blocking === undefined ? (
        <Section title={t("form.title")}>
          <UseForm transaction={oneOf(query.transaction)} />
        </Section>
      ) : (
        <Blocked use={blocking} />
      )}
      <Section title={t("list")}>
        <UnreadableRows rows={value.unreadable} />
        {items.length === 0 ? (
          <EmptyState title={t("empty.title")} text={t(isHolder ? "empty.textHolder" : "empty.text")} />
        ) : (
          <UseTable items={items} />
        )}
        <Pager
          first={cursor === undefined ? undefined : PATH}
          next={next === null ? undefined : `${PATH}?cursor=${next}`}
        />
      </Section>
    </PageFrame>
  );
}
