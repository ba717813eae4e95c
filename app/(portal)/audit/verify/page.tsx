import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { CodeSample } from "@/components/ui/code-sample";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { listVerifications } from "@/lib/api-client/operations/audit";
import { getAuditKeys as readAuditKeys } from "@/lib/audit/get-audit-keys";
import { listVerifications as readVerifications } from "@/lib/audit/verification/list-verifications";
import { VerificationQuery } from "@/lib/audit/verification/schema";
import type { Context } from "@/lib/context";
import { loadPage } from "@/lib/http/page";
import { BrowserVerification } from "./_components/browser-verification";
import { opensslCommands, policyText } from "./_components/commands";
import { ServerRuns } from "./_components/server-runs";
import { VerifyNow } from "./_components/verify-now";

const PATH = "/confidential/audit/verifications";
const RUNS = "10";

export async function generateMetadata() {
  return { title: (await getTranslations("audit.verify"))("title") };
}

function Step({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <li className="min-w-0 max-w-[760px]">
      <p className="mb-2 text-body">{text}</p>
      {children}
    </li>
  );
}

/** What the page shows: the worker's newest verifications, and the keys to hold against. */
async function load(cx: Context) {
  const runs = await readVerifications(cx, VerificationQuery.parse({ limit: RUNS }));
  return { runs: runs.items, keys: await readAuditKeys(cx) };
}

/** Verification in this browser, by the worker, by the command line and by tools of others: how to check the log without believing this portal: our program, tools of others, and the keys to hold against. */
export default async function VerifyPage() {
  const t = await getTranslations("audit.verify");
  const words = await getTranslations("audit");
  const aside = await getTranslations("keeping.aside");
  const section = { label: words("title"), href: "/audit" };
  const result = await loadPage(listVerifications, PATH, load);
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { keys, runs } = result.value;
  const isUnderWay = runs.some(({ state }) => state === "queued" || state === "running");
  const [logKey = ""] = keys.log;
  return (
    <PageFrame
      crumbs={[section, { label: t("title") }]}
      title={t("title")}
      lead={t("lead")}
      actions={
        result.principal.role === "regulator" ? null : (
          <ButtonLink href="/audit/aside" look="secondary" size="bar" icon="stop">
            {aside("title")}
          </ButtonLink>
        )
      }
      apiCall={{ method: "POST", path: PATH }}
    >
      <Section title={t("browser")}>
        <BrowserVerification />
      </Section>
      <Section title={t("runs.title")} className="print:hidden">
        <VerifyNow isUnderWay={isUnderWay} />
        <p className="max-w-[760px] pt-3 text-body text-ink-2">{t("runs.text")}</p>
        {runs.length === 0 ? (
          <EmptyState title={t("runs.emptyTitle")} text={t("runs.emptyText")} />
        ) : (
          <ServerRuns runs={runs} />
        )}
      </Section>
      <Section title={t("own")} className="print:hidden">
        <ol className="grid list-decimal grid-cols-[minmax(0,1fr)] gap-5 pt-3 pl-5">
          <Step text={t("ownBundle")}>
            <ButtonLink href="/audit/exports?format=bundle&ready=1" look="secondary" icon="download">
              {t("toBundle")}
            </ButtonLink>
          </Step>
          <Step text={t("ownPolicy")}>
            <CodeSample label={t("policyFile")} code={policyText(keys)} />
          </Step>
          <Step text={t("ownRun")}>
            <CodeSample label={t("command")} code="npm run verify -- audit-log.zip --policy policy.json" />
          </Step>
        </ol>
        <p className="mt-4 max-w-[760px] text-body text-ink-2">{t("ownExit")}</p>
      </Section>
      <Section title={t("foreign")} className="print:hidden">
        <ol className="grid list-decimal grid-cols-[minmax(0,1fr)] gap-5 pt-3 pl-5">
          <Step text={t("foreignFetch")}>
            <CodeSample
              label={t("command")}
              code={`curl -sS -H "Authorization: Bearer $KEY" "$BASE/confidential/audit/log/checkpoint" > checkpoint.txt`}
            />
          </Step>
          <Step text={t("foreignOpenssl")}>
            <CodeSample label={t("opensslCommand")} code={opensslCommands(logKey)} />
          </Step>
        </ol>
        <p className="mt-4 max-w-[760px] text-body text-ink-2">{t("foreignFormats")}</p>
      </Section>
      <Section title={t("keys")} className="print:hidden">
        <p className="max-w-[760px] pt-3 text-body text-ink-2">{t("keysText")}</p>
        <div className="mt-2">
          <Facts
            look="aligned"
            facts={[
              ...keys.log.map((vkey) => ({
                key: vkey,
                name: t("logKey"),
                value: <Digest value={vkey} label={t("logKey")} isWhole />,
              })),
              ...keys.receipts.map((vkey) => ({
                key: vkey,
                name: t("receiptKey"),
                value: <Digest value={vkey} label={t("receiptKey")} isWhole />,
              })),
              ...keys.witnesses.map(({ vkey, kind }) => ({
                key: vkey,
                name: t(kind === "own" ? "ownWitness" : "independentWitness"),
                value: <Digest value={vkey} label={t("witnessKey")} isWhole />,
              })),
              {
                name: t("custodianKey"),
                value: <Digest value={keys.custodian} label={t("custodianKey")} isWhole />,
              },
            ]}
          />
        </div>
      </Section>
    </PageFrame>
  );
}
