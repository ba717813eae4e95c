import { getTranslations } from "next-intl/server";
import { EndRelease } from "@/app/(portal)/grants/_components/end-release";
import { ExportsSection } from "@/app/(portal)/grants/_components/exports-section";
import { GrantFacts } from "@/app/(portal)/grants/_components/grant-facts";
import {
  ExtendSection,
  FieldsSection,
  TransactionsSection,
} from "@/app/(portal)/grants/_components/grant-sections";
import { OpeningsSection } from "@/app/(portal)/grants/_components/openings-section";
import { RevokeGrant } from "@/app/(portal)/grants/_components/revoke-grant";
import { LiveRefresh } from "@/components/client/live-refresh";
import { AccessInForce } from "@/components/domain/access-in-force";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import { getGrant as read } from "@/lib/access/grants/get-grant";
import type { GrantDetail } from "@/lib/access/grants/schema";
import { RequestPath } from "@/lib/api-client/operations/access";
import { getGrant } from "@/lib/api-client/operations/grants";
import { loadPage } from "@/lib/http/pages/page";

export async function generateMetadata() {
  return { title: (await getTranslations("grants"))("one") };
}

/** Anything that is no id names nothing: answered as such, and recorded like it. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** The transaction one would open next: the first that was not opened yet. */
function nextToOpen(grant: GrantDetail): string | undefined {
  const opened = new Set(
    grant.openings.filter((one) => one.outcome === "done").map((one) => one.transaction_id),
  );
  return (grant.jobs.find((job) => !opened.has(job.transaction_id)) ?? grant.jobs[0])?.transaction_id;
}

interface ActionsProps {
  readonly grant: GrantDetail;
  readonly isOwn: boolean;
  readonly log: string;
  readonly person: string;
}

async function Actions({ grant, isOwn, log, person }: ActionsProps) {
  const t = await getTranslations("grants.detail");
  const next = grant.acts.includes("open") ? nextToOpen(grant) : undefined;
  return (
    <>
      {grant.acts.includes("revoke") ? (
        <RevokeGrant
          grantId={grant.id}
          reference={grant.reference}
          holder={grant.holder_name}
          isOwn={isOwn}
        />
      ) : null}
      {grant.acts.includes("end_release") ? (
        <EndRelease grantId={grant.id} reference={grant.reference} log={log} person={person} isOwn={isOwn} />
      ) : null}
      {next === undefined ? null : (
        <ButtonLink href={`/transactions/${next}`} look="primary" size="form">
          {t("openFields")}
        </ButtonLink>
      )}
    </>
  );
}

async function RevokedNotice({ grant }: { grant: GrantDetail }) {
  const t = await getTranslations("grants.detail");
  const { revoked_at: at, revoked_by: by, revoke_reason: reason } = grant;
  if (at === undefined) return null;
  const time = () => <LocalTime instant={at} />;
  return (
    <Notice
      tone="oxblood"
      icon="stop"
      className="mb-6"
      title={
        by === undefined
          ? t.rich("revokedAt", { at: time })
          : t.rich("revokedBy", { name: by.name, at: time })
      }
    >
      {reason === undefined ? null : <p>{t("reason", { reason })}</p>}
      {grant.kept_by_custodian === true ? <p>{t("kept")}</p> : null}
    </Notice>
  );
}

/** One grant: how long, how often, what, why, and everything that was opened under it. */
export default async function GrantPage({ params }: PageProps<"/grants/[id]">) {
  const t = await getTranslations("grants");
  const purposes = await getTranslations("domain.purposes");
  const id = RequestPath.safeParse(await params).data?.id ?? NO_ID;
  const result = await loadPage(getGrant, `/confidential/access/grants/${id}`, async (cx) => ({
    grant: await read(cx, id),
    log: cx.instance.log,
  }));
  if (!result.ok)
    return <ProblemPage problem={result.problem} section={{ label: t("title"), href: "/grants" }} />;
  const { value, principal } = result;
  const { grant, log } = value;
  const isOwn = grant.holder === principal.handle;
  const nowMs = Date.now();
  return (
    <PageFrame
      crumbs={[{ label: t("title"), href: "/grants" }, { label: grant.reference }]}
      title={t("detail.title", { count: grant.transactions.length })}
      lead={t("detail.lead", {
        reference: grant.reference,
        purpose: purposes(grant.purpose),
        name: grant.holder_name,
      })}
      actions={<Actions grant={grant} isOwn={isOwn} log={log} person={principal.handle} />}
      apiCall={{ method: "GET", path: `/confidential/access/grants/${grant.id}` }}
      facts={<GrantFacts grant={grant} nowMs={nowMs} />}
    >
      <LiveRefresh kinds={["grant"]} id={grant.id} />
      <RevokedNotice grant={grant} />
      {/* Time and views left stay in sight: beside the page where there is room, else above it. */}
      <div className="mb-8 facts:hidden">
        <AccessInForce grant={grant} nowMs={nowMs} />
      </div>
      <TransactionsSection grant={grant} />
      <FieldsSection grant={grant} />
      <OpeningsSection grant={grant} />
      <ExportsSection grant={grant} />
      {isOwn && grant.request_id !== undefined ? <ExtendSection grant={grant} /> : null}
    </PageFrame>
  );
}
