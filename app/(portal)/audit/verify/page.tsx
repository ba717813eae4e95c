import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { addressOf as callAddress } from "@/components/client/api";
import { ForPrograms } from "@/components/client/developer-tools";
import { UnreadableRows } from "@/components/domain/unreadable-rows";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { CodeSample } from "@/components/ui/code-sample";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Section } from "@/components/ui/section";
import { EmptyState } from "@/components/ui/states";
import { Unbroken } from "@/components/ui/unbroken";
import { opensslCommands, policyText } from "@/components/verify/commands";
import { BrowserVerification } from "@/components/verify/run/browser-verification";
import { VerifierExits } from "@/components/verify/verifier-exits";
import { listVerifications } from "@/lib/api-client/operations/audit";
import type { ReadLog } from "@/lib/audit/reading/of-log";
import { getAuditKeys as readAuditKeys } from "@/lib/audit/reading/proofs/get-audit-keys";
import { listVerifications as readVerifications } from "@/lib/audit/self-check/list-verifications";
import { type VerificationPage, VerificationQuery } from "@/lib/audit/self-check/schema";
import type { Context } from "@/lib/context/context";
import { formatCount } from "@/lib/format";
import { loadPage } from "@/lib/http/pages/page";
import { readAsked } from "../_components/filter/read-asked";
import { addressOf } from "../_components/filter/read-filter";
import { LastRun } from "../_components/last-run";
import { loadCheckpoint } from "../_components/list/load-list";
import { LogChoice } from "../_components/list/log-choice";
import { ServerRuns } from "./_components/server-runs";
import { VerifyNow } from "./_components/verify-now";

const PATH = "/confidential/audit/verifications";
const CHECKPOINT = "/confidential/audit/log/checkpoint";
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
async function load(cx: Context, log: string | undefined) {
  // First of all: no other origin is one.
  const keys = await readAuditKeys(cx, log);
  const runs = await readVerifications(cx, VerificationQuery.parse({ limit: RUNS }));
  return { runs, keys };
}

/** The worker verifies only the present log, not closed ones. */
async function ByWorker({ found, logs }: { found: VerificationPage; logs: ReadLog }) {
  const runs = found.items;
  const t = await getTranslations("audit.verify.runs");
  if (logs.log !== undefined)
    return <p className="max-w-[760px] pt-3 text-body text-ink-2">{t("closedText")}</p>;
  return (
    <>
      <LastRun runs={runs} />
      <VerifyNow isUnderWay={runs.some(({ state }) => state === "queued" || state === "running")} />
      <p className="max-w-[760px] pt-3 text-body text-ink-2">{t("text")}</p>
      <UnreadableRows rows={found.unreadable} />
      {runs.length === 0 ? (
        <EmptyState title={t("emptyTitle")} text={t("emptyText")} />
      ) : (
        <ServerRuns runs={runs} present={logs.present} />
      )}
    </>
  );
}

/**
 * Verification in this browser, by the worker, by the command line and by other tools. It shows how to check the log
 * without trusting this portal, and with which keys.
 */
export default async function VerifyPage({ searchParams }: PageProps<"/audit/verify">) {
  const t = await getTranslations("audit.verify");
  const words = await getTranslations("audit");
  const quarantine = await getTranslations("keeping.quarantine");
  const locale = await getLocale();
  const section = { label: words("title"), href: "/audit" };
  const { logs } = await readAsked(await searchParams);
  const { log } = logs;
  const result = await loadPage(listVerifications, PATH, (cx) => load(cx, log));
  if (!result.ok) return <ProblemPage problem={result.problem} section={section} />;
  const { keys, runs } = result.value;
  const last = log === undefined ? undefined : await loadCheckpoint(log);
  const bundle = { format: "bundle" as const, ...(log === undefined ? {} : { log }) };
  const checkpointCall = callAddress(CHECKPOINT, { query: log === undefined ? {} : { log } });
  const [logKey = ""] = keys.log;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={t("lead")}
      actions={
        result.principal.role === "regulator" ? null : (
          <ButtonLink href="/audit/quarantine" look="secondary" size="bar" icon="stop">
            {quarantine("title")}
          </ButtonLink>
        )
      }
      apiCall={
        log === undefined
          ? { method: "POST", path: PATH }
          : { method: "GET", path: callAddress("/confidential/audit/export", { query: bundle }) }
      }
    >
      <LogChoice
        logs={logs}
        signed={last?.size ?? 0}
        href={(origin) => addressOf("/audit/verify", { log: origin })}
      />
      <Section title={t("browser")}>
        <BrowserVerification key={log ?? ""} log={log} />
      </Section>
      <Section title={t("runs.title")} className="print:hidden">
        <ByWorker found={runs} logs={logs} />
      </Section>
      <Section title={t("own")} className="print:hidden">
        <ol className="grid list-decimal grid-cols-[minmax(0,1fr)] gap-5 pt-3 pl-5">
          <Step text={t("ownBundle")}>
            <ButtonLink
              href={addressOf("/audit/exports", { log: log ?? "" }, { format: "bundle", ready: "1" })}
              look="secondary"
              icon="download"
            >
              {t("toBundle")}
            </ButtonLink>
          </Step>
          <Step text={t("ownPolicy")}>
            <CodeSample label={t("policyFile")} code={policyText(keys)} />
          </Step>
          <Step text={t("ownRun")}>
            <CodeSample label={t("command")} code="npm run verify -- audit-log.zip --policy policy.json" />
            <VerifierExits />
            <p className="mt-4 text-body text-ink-2">{t("ownExit")}</p>
          </Step>
        </ol>
      </Section>
      <ForPrograms>
        <Section title={t("foreign")} className="print:hidden">
          <ol className="grid list-decimal grid-cols-[minmax(0,1fr)] gap-5 pt-3 pl-5">
            <Step text={t(log === undefined ? "foreignFetch" : "foreignFetchLast")}>
              <CodeSample
                label={t("command")}
                code={`curl -sS -H "Authorization: Bearer $KEY" "$BASE${checkpointCall}" > checkpoint.txt`}
              />
            </Step>
            <Step text={t("foreignOpenssl")}>
              <CodeSample label={t("opensslCommand")} code={opensslCommands(logKey)} />
            </Step>
          </ol>
          <p className="mt-4 max-w-[760px] text-body text-ink-2">
            <Unbroken>{t("foreignFormats")}</Unbroken>
          </p>
        </Section>
      </ForPrograms>
      <Section title={t("keys")} className="print:hidden">
        <p className="max-w-[760px] pt-3 text-body text-ink-2">
          {t(log === undefined ? "keysText" : "keysClosed")}
        </p>
        <div className="mt-2">
          <Facts
            look="aligned"
            facts={[
              ...(last === undefined
                ? []
                : [
                    {
                      name: t("lastCheckpoint"),
                      value: t("lastSize", { size: formatCount(last.size, locale) }),
                    },
                    {
                      name: t("lastRoot"),
                      value: <Digest value={last.root} label={t("lastRoot")} isWhole />,
                    },
                  ]),
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
