import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { type Params, textsOf } from "@/app/(portal)/_kit/list-query";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ButtonLink } from "@/components/ui/button-link";
import { getPolicySet } from "@/lib/api-client/operations/policies";
import type { Context } from "@/lib/context/context";
import { loadPage } from "@/lib/http/pages/page";
import { getDryRun } from "@/lib/policies/dry-run/request-dry-run";
import { getSet } from "@/lib/policies/get-set";
import { readDocument } from "@/lib/policies/read-document";
import type { PolicySetView } from "@/lib/policies/schema";
import { mayWrite } from "@/lib/policies/who-may";
import { RetentionTables } from "../../_kit/period-table";
import { RetentionEditor } from "../_components/edit/retention-editor";
import { SettingsEditor } from "../_components/edit/settings-editor";
import { TitleEditor } from "../_components/edit/title-editor";
import { RulesTable } from "../_components/rules-table";
import { Change } from "../_components/set/change";
import { Impact } from "../_components/set/impact";
import { LifeStrip } from "../_components/set/life-strip";
import { Side } from "../_components/set/side";
import { SettingsTable } from "../_components/settings-table";
import { numberOf, useSetName, useSetTitle } from "../_components/versions";

async function read(cx: Context, number: number) {
  const set = await getSet(cx, number);
  const base = set.compared_with === null ? undefined : await getSet(cx, set.compared_with);
  return {
    set,
    run: set.dry_run === null ? undefined : await getDryRun(cx, number, set.dry_run.id),
    document: readDocument(set.document),
    base: base === undefined ? undefined : readDocument(base.document),
  };
}

function Title({ set }: { set: PolicySetView }) {
  const nameOf = useSetName();
  const titleOf = useSetTitle();
  return `${nameOf(set)}: ${titleOf(set)}`;
}

function Lead({ set }: { set: PolicySetView }) {
  const t = useTranslations("policies");
  const author = set.author ?? t("side.portal");
  return (
    <p className="max-w-[80ch]">
      {set.based_on === null ? t("leadFirst") : t("leadOf", { base: set.based_on, author })}{" "}
      {t(`stateTexts.${set.state}`)}
    </p>
  );
}

export async function generateMetadata() {
  return { title: (await getTranslations("policies"))("title") };
}

/** One version of the policies: what it changes, what it does, who agrees, and from when it decides. */
export default async function PolicySetPage(input: {
  params: Promise<{ readonly number: string }>;
  searchParams: Promise<Params>;
}) {
  const t = await getTranslations("policies");
  const number = numberOf((await input.params).number);
  const { as } = Object.fromEntries(textsOf(await input.searchParams));
  const path = `/confidential/policies/${number}`;
  const result = await loadPage(getPolicySet, path, (cx) => read(cx, number));
  const above = { label: t("title"), href: "/policies" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  const { set, document, base, run } = result.value;
  const here = `/policies/${number}`;
  const canEdit = set.may.includes("save");
  const canDraft = mayWrite(result.principal);
  // A return to a former version is compared first, as a draft is.
  const canStart = (set.state === "draft" && canDraft) || set.may.includes("roll_back");
  return (
    <PageFrame
      crumbs={[above, { label: t(set.state === "draft" ? "draftNamed" : "versionNamed", { number }) }]}
      title={<Title set={set} />}
      lead={<Lead set={set} />}
      actions={
        canEdit ? (
          <>
            <TitleEditor set={set} />
            <ButtonLink href={`${here}/rules/new`} look="secondary" size="form" icon="plus">
              {t("rules.add")}
            </ButtonLink>
          </>
        ) : undefined
      }
      apiCall={{ method: "GET", path }}
      facts={<Side set={set} canDraft={canDraft && set.state !== "draft"} />}
      factsLook={set.may.includes("decide") ? "decision" : "facts"}
    >
      <LiveRefresh kinds={["policy"]} />
      <LifeStrip set={set} />
      <Change set={set} document={document} base={base} />
      {run === undefined && !canStart ? null : <Impact run={run} number={number} canStart={canStart} />}
      <RulesTable
        document={document}
        title={t("rulesOf", { number, count: document.policies.length })}
        isText={as === "text"}
        path={here}
        {...(canEdit ? { editPath: `${here}/rules` } : {})}
      />
      <SettingsTable
        settings={document.settings}
        {...(canEdit ? { action: <SettingsEditor set={set} /> } : {})}
      />
      <RetentionTables
        retention={document.settings.retention}
        {...(canEdit ? { action: <RetentionEditor set={set} /> } : {})}
      />
    </PageFrame>
  );
}
