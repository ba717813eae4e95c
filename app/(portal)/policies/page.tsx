import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { type Params, textsOf } from "@/app/(portal)/_kit/list-query";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/states";
import { getActivePolicySet } from "@/lib/api-client/operations/policies";
import type { Context } from "@/lib/context/context";
import { loadPage } from "@/lib/http/pages/page";
import { countDecidedBy } from "@/lib/policies/decided-by";
import { getActiveSet, listSets } from "@/lib/policies/get-set";
import { readDocument } from "@/lib/policies/read-document";
import { listRulesSince } from "@/lib/policies/rule-history";
import type { PolicySetSummary } from "@/lib/policies/schema";
import { RetentionTables } from "../_kit/period-table";
import { AlwaysSo } from "./_components/always-so";
import { NewDraft } from "./_components/new-draft";
import { RulesTable } from "./_components/rules-table";
import { SettingsTable } from "./_components/settings-table";
import { useSetName, Versions } from "./_components/versions";

const PATH = "/confidential/policies/active";
/** Versions in the column at the right; older ones are on its next pages. */
const VERSIONS = 20;
const WAITING = ["submitted", "approved", "scheduled"];

/** A version that waits for a person or for its day. */
function Waits({ set }: { set: PolicySetSummary }) {
  const t = useTranslations("policies");
  const nameOf = useSetName();
  return (
    <Notice tone="amber" icon="clock" className="mb-6">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p>
          <strong className="font-semibold">{t("waits", { name: nameOf(set), title: set.title })}</strong>{" "}
          {t(`waiting.${set.state}`, { gains: set.gains === true ? "yes" : "no" })}
        </p>
        <ButtonLink href={`/policies/${set.number}`} look="secondary" size="bar">
          {t("view", { name: nameOf(set) })}
        </ButtonLink>
      </div>
    </Notice>
  );
}

async function read(cx: Context, older: string | undefined) {
  const cursor = older !== undefined && /^[1-9]\d{0,8}$/.test(older) ? Number(older) : undefined;
  const active = await getActiveSet(cx);
  const sets = await listSets(cx, { limit: VERSIONS, cursor });
  const [since, decided] = [await listRulesSince(cx), await countDecidedBy(cx)];
  return { active, sets, document: readDocument(active.document), since, decided };
}

export async function generateMetadata() {
  return { title: (await getTranslations("policies"))("title") };
}

/** The rules in force as sentences, what no rule can change, and the versions. */
export default async function PoliciesPage({ searchParams }: { searchParams: Promise<Params> }) {
  const t = await getTranslations("policies");
  const { as, older } = Object.fromEntries(textsOf(await searchParams));
  const result = await loadPage(getActivePolicySet, PATH, (cx) => read(cx, older));
  const here = { label: t("title"), href: "/policies" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={here} />;
  const { active, sets, document, since, decided } = result.value;
  const { number } = active;
  return (
    <PageFrame
      crumbs={[{ label: t("title") }]}
      title={t("title")}
      lead={<p className="max-w-[80ch]">{t("lead", { number })}</p>}
      actions={
        <>
          <ButtonLink href="/policies/simulate" look="secondary" size="form" icon="person">
            {t("try")}
          </ButtonLink>
          {sets.may_create ? <NewDraft /> : null}
        </>
      }
      apiCall={{ method: "GET", path: PATH }}
      facts={<Versions active={active} sets={sets} />}
    >
      <LiveRefresh kinds={["policy"]} />
      {sets.items
        .filter(({ state }) => WAITING.includes(state))
        .map((set) => (
          <Waits key={set.number} set={set} />
        ))}
      <RulesTable
        document={document}
        since={since}
        decided={decided}
        title={t("rulesOf", { number, count: document.policies.length })}
        isText={as === "text"}
        path="/policies"
      />
      <SettingsTable settings={document.settings} />
      <RetentionTables retention={document.settings.retention} />
      <AlwaysSo />
    </PageFrame>
  );
}
