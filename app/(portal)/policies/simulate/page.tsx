import { getTranslations } from "next-intl/server";
import { type Params, textsOf } from "@/app/(portal)/_kit/list-query";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { listPeople } from "@/lib/administration/people/list-people";
import { listPolicySets } from "@/lib/api-client/operations/policies";
import type { Context } from "@/lib/context/context";
import { loadPage } from "@/lib/http/pages/page";
import { getActiveSet, listSets } from "@/lib/policies/get-set";
import { readDocument } from "@/lib/policies/read-document";
import { recordedCase } from "@/lib/policies/simulate/recorded-case";
import { mayWrite } from "@/lib/policies/who-may";
import { Purpose } from "@/lib/vocabulary";
import { Simulator } from "../_components/simulate/simulator";

const PATH = "/confidential/policies/simulate";
/** People in the menu; with more of them, the address names the person. */
const MOST_PEOPLE = 200;
const MOST_SETS = 50;

/** The facts of an entry of the log that the address names. */
async function recorded(cx: Context, entry: string | undefined) {
  return entry !== undefined && /^\d{1,15}$/.test(entry) ? recordedCase(cx, Number(entry)) : undefined;
}

async function read(cx: Context, entry: string | undefined) {
  const active = await getActiveSet(cx);
  const { items } = await listSets(cx, { limit: MOST_SETS });
  // Real cases are for those who change the rules; others try made-up facts.
  const isReal = mayWrite(cx.principal);
  const people = isReal ? (await listPeople(cx, { view: "all", limit: MOST_PEOPLE })).items : [];
  return {
    active: active.number,
    rules: readDocument(active.document).policies,
    sets: items.map(({ number, state, title }) => ({ number, state, title })),
    people: people.map(({ id, name, organisation }) => ({ id, name, organisation: organisation.name })),
    isReal,
    recorded: await recorded(cx, entry),
    ordinary: ExampleFacts.parse({ role: "auditor", purpose: "audit", grant: "request" }),
  };
}

export async function generateMetadata() {
  return { title: (await getTranslations("policies.simulate"))("title") };
}

/** Tries the policies in one case: made-up facts, or a person and a record. */
export default async function SimulatePage({ searchParams }: { searchParams: Promise<Params> }) {
  const t = await getTranslations("policies");
  const given = Object.fromEntries(textsOf(await searchParams));
  const result = await loadPage(listPolicySets, PATH, (cx) => read(cx, given.entry));
  const above = { label: t("title"), href: "/policies" };
  if (!result.ok) return <ProblemPage problem={result.problem} section={above} />;
  const { rules, ...known } = result.value;
  return (
    <PageFrame
      crumbs={[above, { label: t("simulate.title") }]}
      title={t("simulate.title")}
      lead={<p className="max-w-[80ch]">{t("simulate.lead")}</p>}
      apiCall={{ method: "POST", path: PATH }}
    >
      <Simulator
        {...known}
        rules={rules.map(({ id, text, reading }) => ({ id, text, reading }))}
        given={{
          person: given.person ?? "",
          record: given.record ?? "",
          purpose: Purpose.safeParse(given.purpose).data ?? "audit",
          at: given.at ?? "",
          grant: given.grant ?? "",
        }}
      />
    </PageFrame>
  );
}
